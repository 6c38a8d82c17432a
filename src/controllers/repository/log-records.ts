import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { keyText, parseKey } from '../../api/object.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { unknownSeries } from '../../rules/window/extend.ts';
import type { Context } from '../context.ts';
import { INVOKERS_BY_REPOSITORY, invokersHaving } from '../indexes.ts';

/** So many snapshots of logs are reason enough for a maintenance of their own; fewer wait for the next backup's. */
const MANY = 60;

type UnrecordedLog = NonNullable<LogHostStatus['unrecorded']>[number];

/** Snapshots of logs that agents have reported of this repository and that no maintenance has had in its plan. */
export async function unrecordedLogs(ctx: Pick<Context, 'store'>, repository: RepositoryRef): Promise<RecordEntry[]> {
  const name = keyText(repository);
  const invokers = await invokersHaving(ctx.store, INVOKERS_BY_REPOSITORY, name);
  return invokers
    .filter(({ metadata }) => metadata.namespace === repository.namespace)
    .flatMap((invoker) => logHosts(invoker).flatMap((host) => entriesOf(host, name)));
}

/** How many maintenances the logs of an object would be reason for; what changes with this number concerns its repositories. */
export function logsToRecord(object: Pick<BackupConfiguration | BackupBatch, 'status'>): number {
  const count = logHosts(object).reduce((sum, { unrecorded = [] }) => sum + unrecorded.length, 0);
  return Math.floor(count / MANY);
}

/** Whether logs are stored in it of which nobody knows yet what they go on from: that is found out by looking into the repository. */
export async function hasUnknownSeries(ctx: Pick<Context, 'store'>, repository: RepositoryRef): Promise<boolean> {
  const key = keyText(repository);
  const invokers = await invokersHaving(ctx.store, INVOKERS_BY_REPOSITORY, key);
  return invokers.some(
    ({ metadata, status }) =>
      metadata.namespace === repository.namespace && unknownSeries(status?.recoverable, status?.execOps ?? []).includes(key),
  );
}

export function areMany(logs: readonly RecordEntry[]): boolean {
  return logs.length >= MANY;
}

/** Whether the newest maintenance of its repository had it in its plan, or there is no such Repository any more. */
export async function isRecordedIn(ctx: Pick<Context, 'store'>, { repository, snapshotID }: UnrecordedLog): Promise<boolean> {
  const found = await ctx.store.get('Repository', parseKey(repository));
  return found === undefined || (found.status?.recordedSessions?.includes(snapshotID) ?? false);
}

function logHosts({ status }: Pick<BackupConfiguration | BackupBatch, 'status'>): LogHostStatus[] {
  return (status?.execOps ?? []).flatMap(({ logs = [] }) => logs);
}

function entriesOf({ target, host, unrecorded = [] }: LogHostStatus, repository: string): RecordEntry[] {
  return unrecorded
    .filter((one) => one.repository === repository)
    .map(({ snapshotID, time, incomplete }) => ({ id: snapshotID, time, target, host, operation: 'Log', complete: incomplete !== true }));
}
