import type { BackupBatch } from '../api/backup-batch.ts';
import type { BackupConfiguration } from '../api/backup-configuration.ts';
import type { BackupSession } from '../api/backup-session.ts';
import type { ExecOpStatus } from '../api/invoker-status.ts';
import { type Invoker, invokerOf, repositoriesOf } from '../rules/invoker.ts';
import { INVOKERS } from './definitions/invoker.ts';
import type { Labels, Samples } from './metric.ts';
import { observeBackups } from './observe-backups.ts';
import { observeRecovery } from './observe-recovery.ts';
import { sessionsOfLine } from './sessions.ts';
import { nameFrom, seconds, targetLabels } from './values.ts';

export interface InvokerFacts {
  sessionsOf: (invoker: Invoker) => readonly BackupSession[];
  /** Longest time between two runs, in seconds. */
  intervalOf: (schedule: string, timeZone: string) => number | undefined;
}

/** A BackupConfiguration or BackupBatch with the sessions of each of its aliases. */
export function observeInvoker(samples: Samples, object: BackupConfiguration | BackupBatch, facts: InvokerFacts): void {
  const invoker = invokerOf(object);
  const { kind, namespace, name, driver } = invoker;
  const labels: Labels = { invoker_kind: kind, invoker_name: name, namespace };
  const { phase, conditions, execOps } = object.status ?? {};
  const [only, ...more] = invoker.members;
  const target = targetLabels(namespace, more.length === 0 ? only?.target?.ref : undefined);
  const repository = invoker.repositories.map((one) => nameFrom(namespace, one)).join(',');
  samples.add(INVOKERS.info, labels, 1, { driver, repository, target_kind: target.kind, target_name: target.name });
  if (phase !== undefined) samples.add(INVOKERS.phase, labels, 1, { phase });
  for (const { type, status, reason } of conditions ?? []) samples.add(INVOKERS.condition, labels, 1, { type, status, reason });
  observeRecovery(samples, labels, object.status ?? {}, namespace);
  const sessions = facts.sessionsOf(invoker);
  for (const line of invoker.operations) {
    const stored = repositoriesOf(invoker, line.alias).map((one) => nameFrom(namespace, one));
    const member = line.member === undefined ? {} : { member: line.member };
    const series: Labels = { ...labels, driver, repository: stored.join(','), alias: line.alias, ...member };
    const status = execOps?.find((one) => one.alias === line.alias && one.member === line.member);
    if (status !== undefined) observeSchedule(samples, series, status, facts);
    observeBackups(samples, series, { sessions: sessionsOfLine(invoker, line, sessions), status });
  }
}

function observeSchedule(samples: Samples, labels: Labels, status: ExecOpStatus, { intervalOf }: InvokerFacts): void {
  const { operation = '', state, understoodSchedule, timeZone } = status;
  samples.add(INVOKERS.state, labels, 1, { operation, state });
  samples.add(INVOKERS.next, labels, seconds(status.next));
  samples.add(INVOKERS.missed, labels, status.missed);
  samples.add(INVOKERS.archived, labels, seconds(status.archivedTo));
  samples.add(INVOKERS.uploaded, labels, seconds(status.lastUpload));
  samples.add(INVOKERS.uploads, labels, status.uploads);
  // Nothing is due of an alias that is paused or cannot run.
  if (state === 'Scheduled' && understoodSchedule !== undefined)
    samples.add(INVOKERS.interval, labels, intervalOf(understoodSchedule, timeZone ?? 'UTC'));
}
