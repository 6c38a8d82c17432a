import { readFile } from 'node:fs/promises';
import { StashError } from '../../errors/error.ts';
import type { FunctionContext } from '../function.ts';
import { roomProblem, STAGE_FREE_SHARE } from '../room.ts';
import { backupTool, saysOk, toolFailure } from './backup-tool.ts';
import { databaseError } from './database-error.ts';
import { directorySize } from './directory.ts';

export interface Copy {
  stage: string;
  defaultsFile: string;
  /** What an incremental begins with; absent: everything. */
  fromLsn?: string;
  /** Bytes that are read, which is also what a full writes. */
  expected: number;
}

/**
 * Runs `mariadb-backup --backup`. Throws StageFull as soon as the stage has too little room left: how much an incremental writes is not known
 * before.
 */
export async function copyData(context: FunctionContext, { stage, defaultsFile, fromLsn, expected }: Copy): Promise<void> {
  const args = [
    `--defaults-file=${defaultsFile}`,
    '--backup',
    `--target-dir=${stage}`,
    `--parallel=${context.param('parallel') ?? '1'}`,
    ...(fromLsn === undefined ? [] : [`--incremental-lsn=${fromLsn}`]),
  ];
  const full = new AbortController();
  let tool: number | undefined;
  const bytesDone = () => (fromLsn === undefined ? directorySize(stage) : bytesRead(tool));
  const stopWatching = everySecond(async () => {
    const problem = await roomProblem(stage, 0, STAGE_FREE_SHARE);
    if (problem !== undefined) full.abort(problem);
    const done = await bytesDone();
    if (done === undefined) return;
    const percentDone = Math.min(99, Math.round((done / Math.max(1, expected)) * 100));
    context.progress({ percentDone, bytesDone: Math.min(done, expected), totalBytes: expected });
  });
  const ended = await backupTool({ ...context, signal: AbortSignal.any([context.signal, full.signal]) }, args, ({ pid }) => {
    tool = pid;
  })
    .catch((error: unknown) => {
      if (!full.signal.aborted || context.signal.aborted) throw error;
      throw new StashError('StageFull', `the copy was stopped before it filled the file system of the stage: ${full.signal.reason}`);
    })
    .finally(stopWatching);
  if (saysOk(ended)) return;
  if (/No space left on device|Errcode: 28/i.test(ended.stderrTail))
    throw new StashError('StageFull', 'the file system of the stage was full before the copy was complete');
  if (/Too many open files/.test(ended.stderrTail))
    throw new StashError('FunctionFailed', 'mariadb-backup needs a file descriptor for each table, and ran out of them', {
      remedy: 'Raise the limit of open files for "stash up" (ulimit -n, LimitNOFILE in systemd) well above the number of tables.',
    });
  throw ended.exitCode === 0 || context.connection === undefined
    ? toolFailure(args, ended)
    : databaseError(ended.stderrTail, context.connection);
}

/** An incremental reads everything and writes little: only its reading shows how far it is. */
async function bytesRead(pid: number | undefined): Promise<number | undefined> {
  const text = pid === undefined ? '' : await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '');
  const found = /^rchar: (\d+)$/m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function everySecond(work: () => Promise<void>): () => void {
  const timer = setInterval(() => {
    work().catch(() => undefined);
  }, 1000);
  return () => clearInterval(timer);
}
