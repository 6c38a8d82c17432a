import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Names one process for good (until the machine restarts): a pid alone is given to somebody else later. */
export interface ProcessIdentity {
  pid: number;
  /** Kernel start time in clock ticks since boot: /proc/PID/stat, field 22. */
  startTicks: string;
}

/** Undefined when there is no such process, or only what is left of it (a zombie). */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || isDead(stat) ? undefined : { pid, startTicks: stat.startTicks };
}

export function processAlive(process: ProcessIdentity): boolean {
  return processIdentity(process.pid)?.startTicks === process.startTicks;
}

/**
 * Ends the process group that `leader` leads: SIGTERM, up to `graceMs`, SIGKILL; resolves when no member is left. Does nothing when
 * the leader is not that process any more, since its number may belong to a stranger by now.
 */
export async function endProcessGroup(leader: ProcessIdentity, graceMs = 10_000): Promise<void> {
  if (!processAlive(leader)) return;
  signalGroup(leader.pid, 'SIGTERM');
  signalGroup(leader.pid, 'SIGCONT');
  if (await whenGroupGone(leader.pid, graceMs)) return;
  signalGroup(leader.pid, 'SIGKILL');
  await whenGroupGone(leader.pid);
}

/** False when the group has no member. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-groupId, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** Whether nothing of the group ran any more before `timeoutMs` (never gives up when absent). The kernel has no event for this, so it asks. */
export async function whenGroupGone(groupId: number, timeoutMs = Number.POSITIVE_INFINITY): Promise<boolean> {
  for (let waited = 0, pause = 1; groupRuns(groupId); waited += pause, pause = Math.min(pause * 2, 50)) {
    if (waited >= timeoutMs) return false;
    await delay(pause);
  }
  return true;
}

/** Zombies do not count: in a container whose first process reaps nobody they stay for ever, and a signal to them "succeeds". */
function groupRuns(groupId: number): boolean {
  if (!signalGroup(groupId, 0)) return false;
  return readdirSync('/proc').some((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    return stat !== undefined && stat.group === groupId && !isDead(stat);
  });
}

interface Stat {
  state: string;
  group: number;
  startTicks: string;
}

function isDead(stat: Stat): boolean {
  return stat.state === 'Z' || stat.state === 'X';
}

function readStat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The program's name, field 2, may hold spaces and parentheses: fields are counted from its last parenthesis. */
export function parseStat(text: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const startTicks = fields[19];
  return state === undefined || group === undefined || startTicks === undefined ? undefined : { state, group: Number(group), startTicks };
}
