import { TAGS, tagValue } from '../api/names.ts';
import type { Snapshot } from '../engine/engine.ts';
import { StashError } from '../errors/error.ts';
import type { HostRestore } from './host-rules.ts';
import { isLog } from './log/log-tags.ts';

export interface ChosenSnapshot {
  id: string;
  time: string;
  /** Paths to take from it; all of its own. */
  paths: string[];
  bytes: number | undefined;
  /** Something could not be read when it was made. */
  incomplete: boolean;
}

interface SnapshotChoice {
  chosen: ChosenSnapshot[];
  /** Newer ones that were passed over because they are incomplete. */
  passedOver: string[];
}

/**
 * As `chooseSnapshots`, by what the records say of completeness: an incomplete snapshot is taken only when it is named, or when the source
 * host has no complete one.
 */
export function choosePreferringComplete(
  all: readonly Snapshot[],
  incomplete: ReadonlySet<string>,
  restore: HostRestore,
  target: string,
): SnapshotChoice {
  const snapshots = withoutSeries(all, restore);
  const mark = (chosen: ChosenSnapshot[]) => chosen.map((one) => ({ ...one, incomplete: incomplete.has(one.id) }));
  const complete = snapshots.filter((one) => !incomplete.has(one.id) && !isLog(one.tags));
  const isNamed = 'snapshots' in restore.from;
  if (isNamed || !complete.some((one) => one.host === restore.sourceHost))
    return { chosen: mark(chooseSnapshots(snapshots, restore, target)), passedOver: [] };
  const chosen = chooseSnapshots(complete, restore, target);
  const newest = Math.max(...chosen.map((one) => Date.parse(one.time)));
  const passedOver = snapshots.filter((one) => incomplete.has(one.id) && one.host === restore.sourceHost && Date.parse(one.time) > newest);
  return { chosen, passedOver: passedOver.map((one) => one.id) };
}

/**
 * The snapshots that a host is restored from: those that are named, the newest of each path that is named, or what the newest backup of
 * the source host stored. Where several targets have used the host's name, one after another, only those of `target` are meant.
 * Throws SnapshotNotFound with what there is.
 */
export function chooseSnapshots(all: readonly Snapshot[], restore: HostRestore, target: string): ChosenSnapshot[] {
  const snapshots = withoutSeries(all, restore);
  const { sourceHost, from } = restore;
  if ('snapshots' in from) return from.snapshots.map((named) => chosen(byName(snapshots, named)));
  const mine = ofOneTarget(
    snapshots.filter((one) => one.host === sourceHost && !isLog(one.tags)),
    sourceHost,
    target,
  );
  if (mine.length === 0)
    throw new StashError('SnapshotNotFound', `there is no snapshot of host "${sourceHost}"; the repository has ${hosts(snapshots)}`);
  if (from.paths.length > 0) return from.paths.map((path) => chosen(newestWith(mine, path, sourceHost), [path]));
  return newestBackup(mine).map((one) => chosen(one));
}

/** Logs and records are no data of a target. Throws SnapshotNotFound where one of them is named. */
function withoutSeries(snapshots: readonly Snapshot[], { from }: HostRestore): readonly Snapshot[] {
  const series = (one: Snapshot) => tagValue(one.tags, TAGS.series);
  for (const named of 'snapshots' in from ? from.snapshots : []) {
    const found = series(byName(snapshots, named));
    if (found !== undefined)
      throw new StashError('SnapshotNotFound', `"${named}" is of the series "${found}" and holds no data of a target by itself`);
  }
  return snapshots.filter((one) => series(one) === undefined);
}

/**
 * The host whose data is that of all hosts of the target: the one that the newest snapshot of the target is of, if it was made because that
 * host was the primary. Undefined where hosts are backed up each for itself.
 */
export function leadingHost(snapshots: readonly Snapshot[], incomplete: ReadonlySet<string>, target: string): string | undefined {
  const mine = snapshots.filter(({ tags }) => tagValue(tags, TAGS.target) === target && tagValue(tags, TAGS.series) === undefined);
  const latest = newest(mine.filter((one) => !incomplete.has(one.id))) ?? newest(mine);
  return latest !== undefined && tagValue(latest.tags, TAGS.source) === 'Primary' ? latest.host : undefined;
}

/** Untagged snapshots are Stash's, or a person's: they may be anybody's. */
function ofOneTarget(snapshots: readonly Snapshot[], host: string, target: string): readonly Snapshot[] {
  const tagged = [...new Set(snapshots.map((one) => tagValue(one.tags, TAGS.target)).filter((value) => value !== undefined))];
  if (tagged.length <= 1) return snapshots;
  if (tagged.includes(target)) return snapshots.filter((one) => [undefined, target].includes(tagValue(one.tags, TAGS.target)));
  throw new StashError('SnapshotNotFound', `host "${host}" has snapshots of ${tagged.join(' and ')}: name the snapshot that is meant`);
}

/** A full id, its first characters, or Stash's name REPOSITORY-8HEX. */
function byName(snapshots: readonly Snapshot[], named: string): Snapshot {
  const id = /(?:^|-)([0-9a-f]{8,64})$/.exec(named)?.[1];
  const found = id === undefined ? [] : snapshots.filter((one) => one.id.startsWith(id));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new StashError(
    'SnapshotNotFound',
    `"${named}" ${found.length > 1 ? 'fits several snapshots' : 'is no snapshot of the repository'}`,
  );
}

function newestWith(snapshots: readonly Snapshot[], path: string, host: string): Snapshot {
  const found = newest(snapshots.filter((one) => one.paths.some((own) => isWithin(path, own))));
  if (found === undefined)
    throw new StashError(
      'SnapshotNotFound',
      `no snapshot of host "${host}" holds ${path}; there are ${[...new Set(snapshots.flatMap((one) => one.paths))].join(', ')}`,
    );
  return found;
}

/** What the newest backup stored. Our own sessions make one snapshot a host; an order that was given again may have made another. */
function newestBackup(snapshots: readonly Snapshot[]): Snapshot[] {
  const latest = newest(snapshots);
  const session = latest && tagValue(latest.tags, TAGS.session);
  return newestOfEachPathSet(session === undefined ? snapshots : snapshots.filter((one) => tagValue(one.tags, TAGS.session) === session));
}

/**
 * AppsCode Stash made one snapshot for each path of a target, so the newest alone may hold only a part of it. Where two hold the same
 * place, the newer alone counts: an older list of paths must never write over what was backed up since.
 */
function newestOfEachPathSet(snapshots: readonly Snapshot[]): Snapshot[] {
  const sets = Map.groupBy(snapshots, (one) => [...one.paths].sort().join('\n'));
  const candidates = [...sets.values()].map(newest).filter((one) => one !== undefined);
  return candidates.filter((one) => !candidates.some((other) => isNewer(other, one) && overlap(other, one)));
}

function isNewer(a: Snapshot, b: Snapshot): boolean {
  return Date.parse(a.time) > Date.parse(b.time);
}

function overlap(a: Snapshot, b: Snapshot): boolean {
  return a.paths.some((one) => b.paths.some((other) => isWithin(one, other) || isWithin(other, one)));
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory.replace(/\/$/, '')}/`);
}

function newest(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return [...snapshots].sort((a, b) => Date.parse(a.time) - Date.parse(b.time)).at(-1);
}

function chosen(snapshot: Snapshot, paths: string[] = []): ChosenSnapshot {
  return {
    id: snapshot.id,
    time: snapshot.time,
    paths: paths.length > 0 ? paths : snapshot.paths,
    bytes: snapshot.bytesProcessed,
    incomplete: false,
  };
}

function hosts(snapshots: readonly Snapshot[]): string {
  const known = [...new Set(snapshots.map((one) => one.host))].filter((host) => host !== 'stash-records');
  return known.length === 0 ? 'none' : known.join(', ');
}
