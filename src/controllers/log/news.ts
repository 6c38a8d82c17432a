import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';

/** An event about a Log alias. */
export interface LogNews {
  type: 'Normal' | 'Warning';
  reason: 'LogArchiveFailed' | 'LogArchiveRecovered' | 'LogHole';
  message: string;
}

/** What happened between two states of a line: told once, however often the same fails again. */
export function logNews(alias: string, before: Partial<ExecOpStatus>, after: Partial<ExecOpStatus>): LogNews[] {
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
    const hole = holeOf(host);
    if (hole !== undefined && known?.ended?.time !== host.ended?.time)
      news.push({ type: 'Warning', reason: 'LogHole', message: `alias ${alias}: host ${host.host}: ${hole}` });
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
