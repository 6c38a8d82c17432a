import type { Snapshot } from '../../../engine/engine.ts';

/** What happens to a database and its backups, in a small model that knows every transaction by itself. */
export type Step =
  | { do: 'write'; count: number }
  | { do: 'full' | 'incremental' | 'log' | 'purge' | 'failover' | 'rewind' }
  /** Retention takes the snapshot of this number, counted round. */
  | { do: 'forget'; which: number };

/** A series of binlogs: what it holds, transaction by transaction; `ids[n]` has the sequence `first + n`. */
interface Series {
  name: string;
  host: string;
  server: number;
  /** Everything its server has, of which the binlogs hold what comes after `first`. */
  ids: number[];
  first: number;
  follows?: { series: Series; at: number };
}

interface ModelBase {
  chain: string;
  link: number;
  ids: number[];
  snapshot: Snapshot;
}

export interface ModelLog {
  series: Series;
  from: number;
  to: number;
  snapshot: Snapshot;
}

export interface History {
  bases: ModelBase[];
  logs: ModelLog[];
}

export const TARGET = 'demo/AppBinding/db';
const EPOCH = Date.parse('2026-11-22T10:00:00Z');

/** Plays the steps; a second passes with each transaction and each step. */
export function play(steps: readonly Step[]): History {
  let series: Series = { name: 'a0000000', host: 'host-0', server: 1, ids: [], first: 0 };
  let [count, transactions, seconds, chain, link] = [0, 0, 0, 0, 0];
  // Other data, or another server: an incremental would be of nothing.
  let mustBeFull = true;
  const all = { bases: [] as ModelBase[], logs: [] as ModelLog[] };
  const chainLinks: { link: number; series: Series; at: number }[] = [];
  const now = () => new Date(EPOCH + seconds * 1000).toISOString();
  const snapshot = (tags: string[]): Snapshot => {
    count += 1;
    const id = count.toString(16).padStart(64, '0');
    return { id, time: now(), host: series.host, paths: ['/stage'], tags: [`stash.target=${TARGET}`, ...tags], tree: '' } as Snapshot;
  };
  const state = (at: number) => (at === 0 ? '' : `0-${series.server}-${at}`);
  const begin = (over: Partial<Series>) => {
    series = {
      ...series,
      first: series.ids.length,
      name: `${String.fromCharCode(97 + (++count % 26))}${count.toString(16).padStart(7, '0')}`,
      ...over,
    };
  };
  const base = (operation: 'full' | 'incremental') => {
    if (operation === 'full' || mustBeFull) {
      mustBeFull = false;
      chain += 1;
      link = 0;
      chainLinks.length = 0;
    } else link += 1;
    const at = series.ids.length;
    chainLinks.push({ link, series, at });
    const tags = [`stash.chain=${chain}`, `stash.link=${link === 0 ? 'full' : `incremental-${link}`}`, `stash.gtid=${state(at)}`];
    all.bases.push({ chain: String(chain), link, ids: [...series.ids], snapshot: snapshot(tags) });
  };
  const log = () => {
    const at = series.ids.length;
    const continued = chainLinks.find((one) => one.series.name === series.name && one.at >= series.first);
    const { follows } = series;
    const tags = [
      'stash.series=log',
      `stash.timeline=${series.name}`,
      `stash.from=${state(series.first)}`,
      `stash.gtid=${state(at)}`,
      `stash.since=${now()}`,
      `stash.until=${now()}`,
      ...(continued === undefined ? [] : [`stash.continues=${chain}.${continued.link}`]),
      ...(follows === undefined ? [] : [`stash.follows=${follows.series.name}@0-${follows.series.server}-${follows.at}`]),
    ];
    all.logs.push({ series: { ...series, ids: [...series.ids] }, from: series.first, to: at, snapshot: snapshot(tags) });
  };
  for (const step of steps) {
    seconds += 1;
    if (step.do === 'write') for (let n = 0; n < step.count; n += 1) series.ids = [...series.ids, ++transactions];
    else if (step.do === 'log') log();
    else if (step.do === 'purge') begin({});
    else if (step.do === 'failover') failover();
    else if (step.do === 'rewind') {
      mustBeFull = true;
      begin({ ids: series.ids.slice(0, -2), first: Math.max(0, series.ids.length - 2) });
    } else if (step.do === 'forget') forget(all, step.which);
    else base(step.do);
  }
  return all;

  /** The other server has all but perhaps the last transaction, and that of the other server takes its number. */
  function failover() {
    const before = series;
    mustBeFull = true;
    const at = Math.max(before.first, before.ids.length - 1);
    const proven = at > before.first ? { follows: { series: before, at } } : {};
    const { follows: _follows, ...rest } = series;
    series = rest;
    begin({ host: before.host === 'host-0' ? 'host-1' : 'host-0', ids: before.ids.slice(0, at), first: at, ...proven });
  }
}

function forget({ bases, logs }: History, which: number): void {
  const from: unknown[] = which % 2 === 0 ? bases : logs;
  if (from.length > 0) from.splice(which % from.length, 1);
}
