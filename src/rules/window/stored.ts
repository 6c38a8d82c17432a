import { TAGS, tagValue } from '../../api/names.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { formatState, type GtidState, parseState, readState } from '../gtid/state.ts';
import { logSpan } from '../log/log-tags.ts';
import { isTagName, tagLink, tagTime } from './tag-values.ts';

/** A stored chain: what its newest link is restored to. */
export interface Base {
  id: string;
  host: string;
  /** Milliseconds: when the link was complete, which is no earlier than where it ends. */
  time: number;
  chain: string;
  /** 0: the full. */
  link: number;
  /** Undefined where the server kept no binlog. */
  state: GtidState | undefined;
  /** Only the primary of the target is backed up. */
  ofPrimary: boolean;
  bytes: number | undefined;
}

/** A stored series of logs, without a gap from `from` to `to`. */
export interface StoredLog {
  id: string;
  host: string;
  timeline: string;
  path: string;
  from: GtidState;
  to: GtidState;
  /** Milliseconds: begin of it, and when everything committed until then was in it. */
  since: number;
  until: number;
  /** The earliest link that ends in it, and so all later ones of that chain up to `to` do. */
  continues?: { chain: string; link: number };
  /** The series it goes on from, and the state that is in both. */
  follows?: { timeline: string; state: GtidState };
  bytes: number | undefined;
}

/** What can be restored to a point, of one target in one repository. */
export interface Stored {
  bases: Base[];
  logs: StoredLog[];
}

/** So many logs of a target are looked at, the newest: how they lead to one another takes the square of their number. */
const MOST_LOGS = 2_000;

/**
 * Reads the tags; `incomplete` snapshots do not count, nor does what carries tags that are none of ours, or that do not say what they have
 * to.
 */
export function storedOf(snapshots: readonly Snapshot[], target: string, incomplete: ReadonlySet<string>): Stored {
  const mine = snapshots.filter((one) => value(one, TAGS.target) === target && !incomplete.has(one.id));
  return { bases: mine.flatMap(baseOf), logs: newestOf(longest(mine.flatMap(logOf))) };
}

/** Targets of which there is anything that can be restored to a point. */
export function chainTargets(snapshots: readonly Snapshot[]): string[] {
  const chains = snapshots.filter((one) => value(one, TAGS.chain) !== undefined);
  return [...new Set(chains.flatMap((one) => value(one, TAGS.target) ?? []))].sort();
}

function baseOf(snapshot: Snapshot): Base[] {
  const chain = value(snapshot, TAGS.chain);
  const link = linkNumber(value(snapshot, TAGS.link));
  const { id, host, bytesProcessed } = snapshot;
  const time = tagTime(value(snapshot, TAGS.linkTime) ?? snapshot.time);
  if (chain === undefined || !isTagName(chain) || link === undefined || time === undefined) return [];
  const text = value(snapshot, TAGS.gtid);
  const state = text === undefined ? undefined : readState(text);
  if (text !== undefined && state === undefined) return [];
  return [{ id, host, time, chain, link, state, ofPrimary: value(snapshot, TAGS.source) === 'Primary', bytes: bytesProcessed }];
}

function logOf(snapshot: Snapshot): StoredLog[] {
  const span = logSpan(snapshot.tags);
  if (span === undefined) return [];
  const [since, until] = [tagTime(span.since || span.until), tagTime(span.until)];
  if (since === undefined || until === undefined) return [];
  const continues = tagLink(span.continues);
  const [timeline = '', state = ''] = span.follows.split('@');
  const { id, host, paths, bytesProcessed: bytes } = snapshot;
  return [
    {
      ...{ id, host, timeline: span.timeline, path: paths[0] ?? '/', bytes },
      ...{ from: parseState(span.from), to: parseState(span.gtid), since, until },
      ...(continues === undefined ? {} : { continues }),
      ...(span.follows === '' ? {} : { follows: { timeline, state: parseState(state) } }),
    },
  ];
}

/** Of logs that begin alike, the one that reaches furthest holds all that the others do. */
function longest(logs: readonly StoredLog[]): StoredLog[] {
  const alike = Map.groupBy(logs, ({ timeline, from, continues, follows }) =>
    JSON.stringify([timeline, formatState(from), continues, follows && [follows.timeline, formatState(follows.state)]]),
  );
  return [...alike.values()].flatMap((some) => some.sort((a, b) => b.until - a.until)[0] ?? []);
}

function newestOf(logs: StoredLog[]): StoredLog[] {
  return logs.length <= MOST_LOGS ? logs : logs.sort((a, b) => b.until - a.until).slice(0, MOST_LOGS);
}

function linkNumber(text: string | undefined): number | undefined {
  if (text === 'full') return 0;
  const number = /^incremental-(\d{1,9})$/.exec(text ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}

function value({ tags }: Snapshot, name: (typeof TAGS)[keyof typeof TAGS]): string | undefined {
  return tagValue(tags, name);
}
