import { advancedTo, covers, earliest, type GtidState, parseState } from '../gtid/state.ts';
import type { LogSpan } from './log-tags.ts';

/** A stored snapshot of logs. */
export interface StoredLogs extends LogSpan {
  id: string;
  host: string;
}

/** A stored snapshot of a chain that stays. */
export interface KeptChain {
  /** As `stash.chain` has it. */
  chain: string;
  host: string;
  /** GTID state where its newest link ends. */
  gtid: string;
}

/**
 * Which snapshots of the logs of one target may go, given the chain snapshots that stay. What follows the oldest of those stays whole, on
 * every series that goes on from it:
 *
 * - Of a living chain and a series the newest stays: the one that continues it, or its closing log.
 * - Any other goes when the rest of its series holds all of it that a chain which stays could be replayed with.
 * - Of a series that no chain reaches into, all goes that a dead chain was continued by; what never continued one stays, but its older ones.
 */
export function removableLogs(logs: readonly StoredLogs[], chains: readonly KeptChain[]): string[] {
  const living = new Set(chains.map(({ chain }) => chain));
  const removed = new Set<string>();
  const newest = newestOfEach(logs);
  const needed = neededFrom(logs, chains);
  const oldestFirst = [...logs].sort((one, other) => Date.parse(one.until) - Date.parse(other.until));
  for (const log of oldestFirst) {
    const chain = chainOf(log);
    if (newest.has(log.id) && living.has(chain)) continue;
    const from = needed.get(log.timeline);
    const rest = logs.filter((one) => one.id !== log.id && one.timeline === log.timeline && !removed.has(one.id));
    if (from === undefined ? chain !== '' || isHeldBy(log, rest, parseState(log.from)) : isHeldBy(log, rest, from)) removed.add(log.id);
  }
  return [...removed];
}

function newestOfEach(logs: readonly StoredLogs[]): Set<string> {
  const newest = new Map<string, StoredLogs>();
  for (const log of logs) {
    const group = `${log.host} ${log.timeline} ${log.continues}`;
    const known = newest.get(group);
    if (known === undefined || Date.parse(log.until) >= Date.parse(known.until)) newest.set(group, log);
  }
  return new Set([...newest.values()].map(({ id }) => id));
}

/** From where on each series is needed; absent: nothing that stays can be replayed with it. */
function neededFrom(logs: readonly StoredLogs[], chains: readonly KeptChain[]): Map<string, GtidState> {
  const needed = new Map<string, GtidState>();
  const lower = (timeline: string, state: GtidState): boolean => {
    const known = needed.get(timeline);
    if (known !== undefined && covers(state, known)) return false;
    needed.set(timeline, known === undefined ? state : earliest(known, state));
    return true;
  };
  for (const { chain, host, gtid } of chains) {
    const state = parseState(gtid);
    for (const log of logs) {
      const within = log.host === host && covers(state, parseState(log.from)) && covers(parseState(log.gtid), state);
      if (within || chainOf(log) === chain) lower(log.timeline, within ? state : parseState(log.from));
    }
  }
  // A series that goes on from a needed one is needed from where the other had come to; one may follow the other.
  for (let changed = true; changed; ) {
    changed = false;
    for (const { timeline, follows } of logs) {
      const [before = '', state = ''] = follows.split('@');
      if (follows !== '' && needed.has(before) && lower(timeline, parseState(state))) changed = true;
    }
  }
  return needed;
}

/** Whether these hold every GTID of a log that is behind `from`. */
function isHeldBy(log: StoredLogs, others: readonly StoredLogs[], from: GtidState): boolean {
  const end = parseState(log.gtid);
  let reached = advancedTo(parseState(log.from), from);
  for (let grown = true; grown && !covers(reached, end); ) {
    grown = false;
    for (const other of others) {
      const to = parseState(other.gtid);
      if (!covers(reached, parseState(other.from)) || covers(reached, to)) continue;
      reached = advancedTo(reached, to);
      grown = true;
    }
  }
  // An idle series is in the snapshot that says so last.
  const covered = covers(reached, end);
  return covered && others.some((other) => covers(parseState(other.gtid), end) && Date.parse(other.until) >= Date.parse(log.until));
}

function chainOf({ continues }: StoredLogs): string {
  return continues.split('.')[0] ?? '';
}
