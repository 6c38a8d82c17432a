import type { BackupConfigurationStatus } from '../api/backup-configuration.ts';
import { INVOKERS } from './definitions/invoker.ts';
import type { Labels, Samples } from './metric.ts';
import { latest, lengthInSeconds, nameFrom, seconds } from './values.ts';

type Status = Pick<BackupConfigurationStatus, 'recoverable' | 'objectives'>;
type Interval = NonNullable<Status['recoverable']>[number];

/** What can be restored to, when that was last proven, and what is promised of it. */
export function observeRecovery(samples: Samples, labels: Labels, { recoverable, objectives }: Status, namespace: string): void {
  for (const intervals of Map.groupBy(recoverable ?? [], placeOf).values()) observeWindow(samples, labels, intervals, namespace);
  const { rpo, rto } = objectives ?? {};
  samples.add(INVOKERS.rpo, labels, lengthInSeconds(rpo?.measured));
  samples.add(INVOKERS.rpoObjective, labels, lengthInSeconds(rpo?.objective));
  samples.addFlag(INVOKERS.rpoMet, labels, rpo?.met);
  samples.add(INVOKERS.rto, labels, lengthInSeconds(rto?.measured));
  samples.add(INVOKERS.rtoObjective, labels, lengthInSeconds(rto?.objective));
  samples.addFlag(INVOKERS.rtoMet, labels, rto?.met);
}

function placeOf({ host = '', repository = '', timeline = '' }: Interval): string {
  return [host, repository, timeline].join('\n');
}

/** Only the newest interval is without a hole, so only that has a beginning and an end here. */
function observeWindow(samples: Samples, invoker: Labels, intervals: readonly Interval[], namespace: string): void {
  const newest = intervals.toSorted((a, b) => (seconds(a.to) ?? 0) - (seconds(b.to) ?? 0)).at(-1);
  if (newest === undefined) return;
  const [of, name] = (newest.repository ?? '').split('/');
  const labels = {
    ...invoker,
    ...(newest.host === undefined ? {} : { hostname: newest.host }),
    ...(name === undefined ? {} : { repository: nameFrom(namespace, { namespace: of, name }) }),
    ...(newest.timeline === undefined ? {} : { timeline: newest.timeline }),
  };
  samples.add(INVOKERS.windowStart, labels, seconds(newest.from));
  samples.add(INVOKERS.windowEnd, labels, seconds(newest.to));
  samples.add(INVOKERS.windowIntervals, labels, intervals.length);
  samples.add(INVOKERS.proven, labels, latest(intervals.map(({ provenAt }) => seconds(provenAt))));
}
