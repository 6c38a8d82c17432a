import { join } from 'node:path';
import type { BackupSession } from '../../api/backup-session.ts';
import type { PlannedHost } from '../../api/restore-session.ts';
import { hostRestore } from '../../rules/host-rules.ts';
import { checkedClaims } from './claims.ts';
import { restoreBinding } from './order.ts';
import type { RestoreRun } from './restore-run.ts';

/** What the platform knows to be impossible is refused while everything still runs. */
export async function checkPlaces(run: RestoreRun): Promise<void> {
  const { ctx, session, status, target } = run;
  const { spec } = session;
  const { steps, program } = await restoreBinding(run);
  const byFunctions = steps.some(({ fetch, command }) => fetch === 'Stage' && command.length > 0);
  const backups = () => ctx.store.list('BackupSession', { namespace: session.metadata.namespace ?? '' });
  await ctx.platform.checkRestore?.(target, {
    alias: spec.target?.alias,
    hosts: (status.plan ?? []).map(({ hostname = '' }) => hostname),
    places: byFunctions ? dataDirectories(status.plan ?? [], await backups()) : wholePaths(run),
    allowOverwrite: spec.allowOverwrite ?? false,
    previousData: spec.previousData,
    program,
    ...checkedClaims(session, status.plan ?? []),
  });
}

/** Paths that are replaced; with patterns, files are only written into them. */
function wholePaths({ session: { spec }, status }: RestoreRun): string[] {
  const rules = spec.target?.rules ?? spec.rules ?? [];
  return (status.plan ?? []).flatMap(({ hostname, destination = '/', snapshots }) => {
    const { include = [], exclude = [] } = hostRestore(rules, hostname ?? '') ?? {};
    return include.length + exclude.length > 0 ? [] : snapshots.flatMap(({ paths = [] }) => paths.map((path) => join(destination, path)));
  });
}

/**
 * Where functions put the data back that they were handed: where they are told, else where it was. That is known as long as the session of
 * the backup is kept; the function itself looks too, later.
 */
export function dataDirectories(plan: readonly PlannedHost[], backups: readonly BackupSession[]): string[] {
  const told = plan.flatMap(({ destination }) => destination ?? []);
  if (told.length > 0) return [...new Set(told)];
  const ids = new Set(plan.flatMap(({ snapshots }) => snapshots.map(({ id }) => id)));
  const hosts = backups.flatMap(({ status }) => (status?.targets ?? []).flatMap(({ stats = [] }) => stats));
  const meant = hosts.filter(({ repositories = [] }) => repositories.some(({ snapshots = [] }) => snapshots.some((id) => ids.has(id))));
  return [...new Set(meant.flatMap(({ position }) => datadirOf(position) ?? []))];
}

function datadirOf(position: unknown): string | undefined {
  if (typeof position !== 'object' || position === null || !('datadir' in position)) return undefined;
  return typeof position.datadir === 'string' ? position.datadir : undefined;
}
