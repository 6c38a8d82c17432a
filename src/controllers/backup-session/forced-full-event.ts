import type { HostBackupStats } from '../../api/backup-target-status.ts';
import type { Report } from '../../orders/report.ts';
import type { SessionRun } from './session-run.ts';

/**
 * Says that a Full ran where an Incremental was asked for: a warning where something was lost or changed that somebody should know of, an
 * ordinary event otherwise (docs/forced-fulls.md has which is which).
 */
export async function tellForcedFull(
  { ctx, session }: SessionRun,
  { hostname, operation, message }: HostBackupStats,
  report: Report,
): Promise<void> {
  if (operation?.requested !== 'Incremental' || operation.performed !== 'Full') return;
  const fault = report.result?.type === 'Backup' && report.result.fault === true;
  const why = message === undefined ? '' : `: ${message}`;
  await ctx.events.record(
    session,
    fault ? 'Warning' : 'Normal',
    'ForcedFull',
    `${hostname}: a full instead of an incremental, ${operation.reason}${why}`,
  );
}
