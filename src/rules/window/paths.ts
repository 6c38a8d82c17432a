import { covers, type GtidState } from '../gtid/state.ts';
import type { Base, Stored, StoredLog } from './stored.ts';

/** A way to a point: a base, and the logs that lead on from it. */
export interface Way {
  base: Base;
  logs: { log: StoredLog /** Where the next one takes over; absent: it is the last. */; upTo?: GtidState }[];
}

/**
 * The way to a state of a timeline: from the nearest base before it, by as few logs as that takes. Undefined: no base leads there. Within
 * one timeline states are in one order, so everything here is comparing.
 */
export function wayTo(stored: Stored, timeline: string, state: GtidState): Way | undefined {
  const holding = stored.logs.filter((log) => log.timeline === timeline && covers(log.to, state) && covers(state, log.from));
  return nearest(holding.flatMap((log) => ways(stored, log, state, new Set())));
}

function ways(stored: Stored, log: StoredLog, state: GtidState, passed: ReadonlySet<StoredLog>): Way[] {
  const bases = basesIn(stored, log).filter((base) => base.state !== undefined && covers(state, base.state));
  const direct = nearest(bases.map((base) => ({ base, logs: [{ log }] })));
  const before = new Set([...passed, log]);
  const further = predecessors(stored, log)
    .filter(({ log: one, at }) => !before.has(one) && covers(state, at))
    .flatMap(({ log: one, at }) => {
      const way = nearest(ways(stored, one, at, before));
      return way === undefined ? [] : [{ base: way.base, logs: [...way.logs.slice(0, -1), { log: one, upTo: at }, { log }] }];
    });
  return [...(direct === undefined ? [] : [direct]), ...further];
}

/** Links that end in this log: of the chain it continues, from the link it names on. */
export function basesIn({ bases }: Stored, { continues, from, to }: StoredLog): Base[] {
  if (continues === undefined) return [];
  return bases.filter(
    ({ chain, link, state }) =>
      chain === continues.chain && link >= continues.link && state !== undefined && covers(state, from) && covers(to, state),
  );
}

/** What this log goes on from, and where: another part of its own series, which reaches into it, or the series that it follows. */
export function predecessors({ logs }: Stored, log: StoredLog): { log: StoredLog; at: GtidState }[] {
  const { timeline, from, to, follows } = log;
  // Nobody goes on from a log that begins no earlier, unless that continues another chain.
  const isOther = (one: StoredLog) => one !== log && (!covers(one.from, from) || one.continues?.chain !== log.continues?.chain);
  const own = logs.filter((one) => one.timeline === timeline && covers(one.to, from) && covers(to, one.to) && isOther(one));
  const others =
    follows === undefined || !covers(follows.state, from) || !covers(to, follows.state)
      ? []
      : logs.filter(
          (one) => one.timeline === follows.timeline && one !== log && covers(follows.state, one.from) && covers(one.to, follows.state),
        );
  return [
    ...own.map((one) => ({ log: one, at: one.to })),
    ...(follows === undefined ? [] : others.map((one) => ({ log: one, at: follows.state }))),
  ];
}

/** The base with the least to replay, then the fewest logs, then the fewest bytes. */
function nearest(all: readonly Way[]): Way | undefined {
  return [...all].sort((a, b) => further(a, b) || a.logs.length - b.logs.length || bytes(a) - bytes(b))[0];
}

function further(a: Way, b: Way): number {
  const [one, other] = [a.base.state ?? new Map(), b.base.state ?? new Map()];
  if (covers(one, other) && covers(other, one)) return b.base.time - a.base.time;
  return covers(one, other) ? -1 : 1;
}

function bytes({ logs }: Way): number {
  return logs.reduce((sum, { log }) => sum + (log.bytes ?? 0), 0);
}
