import { covers, formatState, type GtidState } from '../gtid/state.ts';
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
  const ways = stepsBack(stored, holding, state).flatMap((step) => {
    const bases = basesIn(stored, step.log).filter((base) => base.state !== undefined && covers(step.at, base.state));
    return bases.map((base) => ({ base, logs: logsFrom(step) }));
  });
  return nearest(ways);
}

/** A log that leads to the wanted state, as far as `at`, where the next one takes over. */
interface Step {
  log: StoredLog;
  at: GtidState;
  next: Step | undefined;
  bytes: number;
}

/** Every log, and how far it is needed, that leads to the state, each with the fewest logs behind it, and the fewest bytes of those. */
function stepsBack(stored: Stored, holding: readonly StoredLog[], state: GtidState): Step[] {
  const all = new Map<string, Step>();
  const names = new Map(stored.logs.map((log, index) => [log, index]));
  const nameOf = ({ log, at }: Step) => `${names.get(log)} ${formatState(at)}`;
  const before = new Map<StoredLog, ReturnType<typeof predecessors>>();
  let layer = holding.map((log): Step => ({ log, at: state, next: undefined, bytes: log.bytes ?? 0 }));
  while (layer.length > 0) {
    for (const step of layer) all.set(nameOf(step), step);
    const further = new Map<string, Step>();
    for (const next of layer) {
      const known = before.get(next.log) ?? predecessors(stored, next.log);
      before.set(next.log, known);
      for (const { log, at } of known) {
        const step = { log, at, next, bytes: next.bytes + (log.bytes ?? 0) };
        const name = nameOf(step);
        if (!covers(next.at, at) || all.has(name) || (further.get(name)?.bytes ?? Infinity) <= step.bytes) continue;
        further.set(name, step);
      }
    }
    layer = [...further.values()];
  }
  return [...all.values()];
}

function logsFrom(first: Step): Way['logs'] {
  const logs: Way['logs'] = [];
  for (let step: Step | undefined = first; step !== undefined; step = step.next)
    logs.push(step.next === undefined ? { log: step.log } : { log: step.log, upTo: step.at });
  return logs;
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
export function predecessors({ logs }: Pick<Stored, 'logs'>, log: StoredLog): { log: StoredLog; at: GtidState }[] {
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
