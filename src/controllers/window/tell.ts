import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { ExecOpStatus, RecoverableInterval } from '../../api/invoker-status.ts';
import type { LooseLog } from '../../rules/window/loose-logs.ts';
import { CONDITIONS, type ConditionChange } from '../conditions.ts';

/** A status tells of so many stretches, the newest; "stash window" of all. */
const MOST_INTERVALS = 50;

/** Newest first; of each target and repository the newest in any case. */
export function newestIntervals(all: readonly RecoverableInterval[]): RecoverableInterval[] {
  const sorted = all.toSorted((a, b) => Date.parse(b.to) - Date.parse(a.to));
  const first = new Map(sorted.toReversed().map((one) => [`${one.target} ${one.repository}`, one]));
  const newest = new Set(first.values());
  return sorted.filter((one, index) => index < MOST_INTERVALS || newest.has(one));
}

/**
 * Whether there are logs that go on from the newest backup, of each target, so that every commit since can be restored to. `loose`: what is
 * archived in vain until there is another backup; `lines`: the aliases, of which one may make it.
 */
export function windowCondition(
  object: Pick<BackupConfiguration | BackupBatch, 'kind' | 'metadata'>,
  newestFirst: readonly RecoverableInterval[],
  loose: readonly LooseLog[],
  lines: readonly ExecOpStatus[],
): ConditionChange {
  const type = CONDITIONS.recoverableWindowOpen;
  const isBatch = object.kind === 'BackupBatch';
  if (loose.length > 0) {
    const message = `${listed(loose.map((one) => looseText(one, isBatch)))}. ${adviceOf(object.metadata.name, isBatch, lines)}`;
    return { type, status: 'False', reason: 'NoBackupYet', message };
  }
  const newest = [...Map.groupBy(newestFirst, ({ target }) => target).values()].flatMap(([one]) => one ?? []);
  const closed = newest.filter(({ timeline }) => timeline === undefined);
  if (newest.length === 0) return { type, status: 'False', reason: 'NothingStored', message: 'nothing is stored that could be restored' };
  if (closed.length > 0) return { type, status: 'False', reason: 'NoLogs', message: listed(closed.map(closedText)) };
  return { type, status: 'True', reason: 'LogsGoOn', message: listed(newest.map(openText)) };
}

function closedText({ to, target }: RecoverableInterval): string {
  return `${prefix(target)}no logs go on from the newest backup, of ${to}: it can be restored, and nothing after it`;
}

function looseText({ target, host, timeline, last }: LooseLog, isBatch: boolean): string {
  const gtid = last?.gtidTo === undefined ? '' : ` (GTID ${last.gtidTo})`;
  const what = last === undefined ? 'no commit can be restored' : `nothing after ${last.to}${gtid} can be restored`;
  return `${prefix(isBatch ? target : undefined)}${what}: the log that is archived now (series ${timeline} of ${host}) goes on from no backup`;
}

function adviceOf(name: string, isBatch: boolean, lines: readonly ExecOpStatus[]): string {
  const alias = lines.find(({ operation }) => operation === 'Full') ?? lines.find(({ operation }) => operation === 'Incremental');
  const how = alias === undefined ? '' : `: stash backup ${isBatch ? 'backupbatch/' : ''}${name} --alias ${alias.alias}`;
  return `What is committed after the next backup can be; run one${how}`;
}

/** Without an end: logs move that on, and nobody writes this anew each time. */
function openText({ from, gtidFrom, target }: RecoverableInterval): string {
  return `${prefix(target)}every commit since ${from} (GTID ${gtidFrom}) that is archived can be restored to; status.recoverable has the end`;
}

/** A batch may have many members. */
function listed(texts: readonly string[]): string {
  const more = texts.length - MOST_NAMED;
  return [...texts.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

const MOST_NAMED = 10;

function prefix(target: string | undefined): string {
  return target === undefined ? '' : `${target}: `;
}
