import type { RestoreSessionSpec } from '../../api/restore-session.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { StashError } from '../../errors/error.ts';
import type { PointWish } from './choose.ts';
import { chainTargets } from './stored.ts';

/**
 * The point a restore asks for; undefined where it names the snapshots or paths it wants. Throws Invalid for a point beside those, and for
 * `exclusive` or a timeline without what it belongs to.
 */
export function pointWish({
  pointInTime,
  timeline,
  target,
  rules,
}: Pick<RestoreSessionSpec, 'pointInTime' | 'timeline' | 'target' | 'rules'>): PointWish | undefined {
  const { time, gtid, snapshot, exclusive = false } = pointInTime ?? {};
  const isNamed = time !== undefined || gtid !== undefined;
  const narrowed = (target?.rules ?? rules ?? []).find(({ snapshots = [], paths = [], include = [], exclude = [] }) =>
    [snapshots, paths, include, exclude].some((list) => list.length > 0),
  );
  if (narrowed !== undefined && isNamed)
    throw new StashError('Invalid', 'spec.pointInTime names a point, and spec.target.rules name snapshots, paths or patterns; give one');
  if (exclusive && !isNamed) throw new StashError('Invalid', 'spec.pointInTime.exclusive is for a time or a GTID');
  if (snapshot !== undefined || narrowed !== undefined || (target?.paths ?? []).length > 0) {
    if (timeline !== undefined)
      throw new StashError('Invalid', `spec.timeline: "${timeline}" is for a point, not for snapshots that are named`);
    return undefined;
  }
  return {
    exclusive,
    ...(time === undefined ? {} : { time: Date.parse(time) }),
    ...(gtid === undefined ? {} : { gtid }),
    ...(timeline === undefined ? {} : { timeline }),
  };
}

/**
 * Whose chains are meant: the target's own, else those of the only target there are any of. Throws SnapshotNotFound where there are
 * several.
 */
export function sourceTarget(snapshots: readonly Snapshot[], target: string): string | undefined {
  const known = chainTargets(snapshots);
  if (known.includes(target)) return target;
  if (known.length > 1)
    throw new StashError(
      'SnapshotNotFound',
      `the repository has chains of ${known.join(' and ')}, and none of ${target}: name the snapshot that is meant`,
    );
  return known[0];
}
