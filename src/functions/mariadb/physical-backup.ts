import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { roomProblem, STAGE_FREE_SHARE } from '../room.ts';
import { assertSameSeries, backupTool, saysOk, toolFailure } from './backup-tool.ts';
import { databaseError } from './database-error.ts';
import { directorySize, findFile } from './directory.ts';
import { archiveLog } from './log/archive-log.ts';
import { parsePosition } from './position.ts';
import { assertSameServer } from './same-server.ts';
import { openServer } from './server.ts';
import { readServerFacts } from './server-facts.ts';

/** A full physical backup with mariadb-backup into STASH_STAGE. Parameter `parallel`: copying threads. */
export async function physicalBackup(context: FunctionContext): Promise<FunctionResult> {
  if (context.operation === 'Log') return archiveLog(context);
  const { connection, stage, env, signal } = context;
  if (connection === undefined) throw new StashError('Invalid', 'mariadb-physical needs an AppBinding: it has no connection');
  if (stage === undefined) throw new StashError('Internal', 'no STASH_STAGE was given');
  if (context.operation !== 'Full') throw new StashError('NotSupportedYet', `mariadb-physical cannot make an ${context.operation} yet`);
  const server = openServer(connection, context.scratch, env, signal);
  const facts = await readServerFacts(server);
  const where = connection.socket ?? `${connection.host}:${connection.port ?? 3306}`;
  await assertSameServer(server, facts.datadir, where);
  await assertSameSeries(context, facts.version, `the server at ${where}`);
  await assertTogether(facts.datadir);
  const expected = await directorySize(facts.datadir);
  const problem = await roomProblem(stage, expected, STAGE_FREE_SHARE);
  if (problem !== undefined)
    throw new StashError('StageFull', `the stage is too small for the data directory ${facts.datadir}: ${problem}`);
  await copy(context, stage, server.defaultsFile, expected);
  const binlogInfo = await readFile(join(stage, 'xtrabackup_binlog_info'), 'utf8').catch(() => undefined);
  const position = parsePosition(await readFile(join(stage, 'xtrabackup_checkpoints'), 'utf8'), binlogInfo);
  const { uid, gid, mode } = await stat(facts.datadir);
  return { position: { ...position, ...facts, datadirOwner: { uid, gid, mode: mode & 0o7777 } } };
}

/** A restore would write such a table to where it was, whatever its destination. */
async function assertTogether(datadir: string): Promise<void> {
  const link = await findFile(datadir, (name) => name.endsWith('.isl'));
  if (link === undefined) return;
  const place = (await readFile(link, 'utf8').catch(() => '')).trim();
  throw new StashError('DatabaseUnsupported', `the table of ${link} lies outside of the data directory, in ${place} (DATA DIRECTORY)`);
}

async function copy(context: FunctionContext, stage: string, defaultsFile: string, expected: number): Promise<void> {
  const args = [`--defaults-file=${defaultsFile}`, '--backup', `--target-dir=${stage}`, `--parallel=${context.param('parallel') ?? '1'}`];
  const stopProgress = watchGrowth(context, stage, expected);
  const ended = await backupTool(context, args).finally(stopProgress);
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

function watchGrowth(context: FunctionContext, stage: string, totalBytes: number): () => void {
  const timer = setInterval(() => {
    directorySize(stage).then(
      (bytesDone) =>
        context.progress({ percentDone: Math.min(99, Math.round((bytesDone / Math.max(1, totalBytes)) * 100)), bytesDone, totalBytes }),
      () => undefined,
    );
  }, 1000);
  return () => clearInterval(timer);
}
