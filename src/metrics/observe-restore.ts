import type { TargetRef } from '../api/references.ts';
import type { RestoreBatch } from '../api/restore-batch.ts';
import type { HostRestoreStats, RestoreSession } from '../api/restore-session.ts';
import { RESTORE } from './definitions/restore.ts';
import type { Labels, Samples } from './metric.ts';
import { lengthInSeconds, nameFrom, outcome, seconds, targetLabels } from './values.ts';

interface TargetState {
  ref: TargetRef | undefined;
  phase: string | undefined;
  totalHosts: number | undefined;
  stats: readonly HostRestoreStats[];
}

export function observeRestoreSession(samples: Samples, session: RestoreSession): void {
  const { phase, totalHosts, stats = [] } = session.status ?? {};
  observe(samples, session, [{ ref: session.spec.target?.ref, phase, totalHosts, stats }]);
}

export function observeRestoreBatch(samples: Samples, batch: RestoreBatch): void {
  const members = batch.status?.members ?? [];
  observe(
    samples,
    batch,
    members.map(({ ref, phase, totalHosts, stats = [] }) => ({ ref, phase, totalHosts, stats })),
  );
}

function observe(samples: Samples, { kind, metadata, spec, status }: RestoreSession | RestoreBatch, targets: readonly TargetState[]): void {
  const namespace = metadata.namespace ?? '';
  const repository = spec.repository === undefined ? '' : nameFrom(namespace, spec.repository);
  const labels: Labels = { invoker_kind: kind, invoker_name: metadata.name, namespace, driver: spec.driver, repository };
  const { phase = 'Pending', reason = 'Unknown', startTime, endTime, sessionDuration } = status ?? {};
  const ended = outcome(phase);
  if (ended === undefined) {
    const since = seconds(startTime ?? metadata.creationTimestamp);
    if (phase !== 'Unknown') samples.add(RESTORE.openStart, labels, since, { phase });
    return;
  }
  samples.addFlag(RESTORE.success, labels, ended);
  samples.add(RESTORE.duration, labels, lengthInSeconds(sessionDuration));
  samples.add(RESTORE.end, labels, seconds(endTime));
  samples.add(RESTORE.targets, labels, targets.length);
  if (!ended) samples.add(RESTORE.failure, labels, 1, { reason });
  for (const target of targets) {
    const targetSeries = { ...labels, ...targetLabels(namespace, target.ref) };
    samples.addFlag(RESTORE.targetSuccess, targetSeries, outcome(target.phase));
    samples.add(RESTORE.targetHosts, targetSeries, target.totalHosts);
    for (const host of target.stats) {
      const hostSeries = { ...targetSeries, hostname: host.hostname ?? '' };
      samples.addFlag(RESTORE.hostSuccess, hostSeries, outcome(host.phase));
      samples.add(RESTORE.hostDuration, hostSeries, lengthInSeconds(host.duration));
    }
  }
}
