import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { newestLog } from './status.ts';

/** An event about a Log alias. */
export interface LogNews {
  type: 'Normal' | 'Warning';
  reason: 'LogArchiveFailed' | 'LogArchiveRecovered' | 'LogHole';
  message: string;
}

/**
 * What happened between two states of a line: told once, however often the same fails again. `onlyPrimary`: the targets of which only the
 * primary's log is archived.
 */
export function logNews(
  alias: string,
  before: Partial<ExecOpStatus>,
  after: Partial<ExecOpStatus>,
  onlyPrimary: ReadonlySet<string>,
): LogNews[] {
  const news: LogNews[] = [];
  if (after.error !== undefined && troubles(after) !== troubles(before))
    news.push({ type: 'Warning', reason: 'LogArchiveFailed', message: `alias ${alias}: ${after.error}` });
  if (after.error === undefined && before.error !== undefined)
    news.push({
      type: 'Normal',
      reason: 'LogArchiveRecovered',
      message: `alias ${alias}: the log is archived again, up to ${after.archivedTo}`,
    });
  for (const host of after.logs ?? []) {
    const known = before.logs?.find((one) => one.host === host.host && one.target === host.target);
    const ended = known?.ended?.time === host.ended?.time ? undefined : holeOf(host);
    const hole = ended ?? (onlyPrimary.has(host.target) ? holeBefore(host, known, before.logs ?? []) : undefined);
    if (hole !== undefined) news.push({ type: 'Warning', reason: 'LogHole', message: `alias ${alias}: host ${host.host}: ${hole}` });
  }
  return news;
}

/** Numbers in a message change from one failure to the next. */
function troubles({ error = '' }: Partial<ExecOpStatus>): string {
  return error.replaceAll(/\d+/g, '#');
}

/** What is missing between two series; that a primary became a replica leaves nothing out. */
function holeOf({ ended }: LogHostStatus): string | undefined {
  if (ended === undefined || ended.reason === 'NotPrimary') return undefined;
  return `${ended.reason}: ${ended.message}; archived up to GTID ${ended.from || 'none'}, and again from ${ended.to || 'none'}`;
}

/** What is missing where a primary has begun a series that does not go on from the last one of its target, whoever archived that. */
function holeBefore(
  { target, host, timeline, follows = '' }: LogHostStatus,
  known: LogHostStatus | undefined,
  before: readonly LogHostStatus[],
): string | undefined {
  const last = newestLog(before, target);
  if (timeline === undefined || timeline === known?.timeline || follows !== '') return undefined;
  if (last?.timeline === undefined || last.timeline === timeline) return undefined;
  const from = `series ${last.timeline} of ${last.host}, archived up to GTID ${last.gtid || 'none'}`;
  return `Failover: the log of ${host} (series ${timeline}) does not go on from ${from}; a host that may become the primary needs log_slave_updates=ON`;
}
