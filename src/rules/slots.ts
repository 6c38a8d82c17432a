import type { Operation } from '../api/operations.ts';

/** A session that wants a slot of its targets, or holds it. */
export interface SlotSession {
  /** Unique. */
  key: string;
  /** Keys of everything it reads or writes. A batch lists all its members' targets, whatever its execution order: it takes all slots at once. */
  targets: readonly string[];
  operation: Operation | 'Restore';
  phase: 'Waiting' | 'Running';
  /** RFC 3339, UTC. */
  createdAt: string;
  name: string;
  /** Kind, namespace and name of what asked for it. */
  invoker: string;
  alias: string;
  /** Asked for by a person (or a restore): always gets its own run. */
  manual: boolean;
}

export type SlotDecision = { do: 'run' } | { do: 'wait'; for: string[] } | { do: 'coalesce'; into: string };

/**
 * Who may start, one operation a target at a time. Answers for every waiting session, by its key.
 *
 * - Scheduled sessions of one alias that wait coalesce into the oldest of them.
 * - A restore goes before a full, a full before an incremental; then creation time, then name.
 * - Whoever waits keeps those behind it off its targets, even the free ones. So a batch that needs many targets cannot be passed for ever
 *   by sessions that need one each, and an alias that is always due cannot starve one that is due once a day.
 * - Logs and restore tests take no slot.
 */
export function decideSlots(sessions: readonly SlotSession[]): Map<string, SlotDecision> {
  const decisions = new Map<string, SlotDecision>();
  const holders = new Map<string, string>();
  for (const running of sessions) {
    if (running.phase === 'Running' && takesSlot(running)) hold(holders, running);
  }
  const oldest = oldestOfAlias(sessions);
  for (const session of sessions.filter(isWaiting).sort(byPrecedence)) {
    const into = session.manual ? session.key : oldest.get(aliasOf(session));
    if (into !== undefined && into !== session.key) decisions.set(session.key, { do: 'coalesce', into });
    else decisions.set(session.key, takesSlot(session) ? take(holders, session) : { do: 'run' });
  }
  return decisions;
}

const RANK: Record<SlotSession['operation'], number> = { Restore: 0, Full: 1, Incremental: 2, Log: 3, RestoreTest: 3 };

function isWaiting(session: SlotSession): boolean {
  return session.phase === 'Waiting';
}

function takesSlot({ operation }: SlotSession): boolean {
  return operation !== 'Log' && operation !== 'RestoreTest';
}

function aliasOf({ invoker, alias }: SlotSession): string {
  return JSON.stringify([invoker, alias]);
}

function oldestOfAlias(sessions: readonly SlotSession[]): Map<string, string> {
  const oldest = new Map<string, string>();
  const scheduled = sessions.filter((session) => isWaiting(session) && !session.manual).sort(byAge);
  for (const session of scheduled) if (!oldest.has(aliasOf(session))) oldest.set(aliasOf(session), session.key);
  return oldest;
}

function take(holders: Map<string, string>, session: SlotSession): SlotDecision {
  const before = new Set(session.targets.map((target) => holders.get(target)).filter((key) => key !== undefined));
  hold(holders, session);
  return before.size === 0 ? { do: 'run' } : { do: 'wait', for: [...before] };
}

/** The first to hold a target is the one that others are told about. */
function hold(holders: Map<string, string>, { key, targets }: SlotSession): void {
  for (const target of targets) if (!holders.has(target)) holders.set(target, key);
}

function byPrecedence(a: SlotSession, b: SlotSession): number {
  return RANK[a.operation] - RANK[b.operation] || byAge(a, b);
}

function byAge(a: SlotSession, b: SlotSession): number {
  return Date.parse(a.createdAt) - Date.parse(b.createdAt) || compare(a.name, b.name) || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
