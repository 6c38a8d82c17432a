import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { directorySize } from './directory.ts';
import { parsePosition } from './position.ts';
import { databaseError, openServer } from './server.ts';

/** A full physical backup with mariadb-backup into STASH_STAGE. Parameter `parallel`: copying threads. */
export async function physicalBackup(context: FunctionContext): Promise<FunctionResult> {
  const { connection, stage, env, signal } = context;
  if (connection === undefined) throw new StashError('Invalid', 'mariadb-physical needs an AppBinding: it has no connection');
  if (stage === undefined) throw new StashError('Internal', 'no STASH_STAGE was given');
  const server = openServer(connection, context.scratch, env, signal);
  const facts = await serverFacts(server);
  const expected = await directorySize(facts.datadir);
  await checkRoom(stage, expected);
  const stopProgress = watchGrowth(context, stage, expected);
  const ended = await run({
    command: 'mariadb-backup',
    args: [
      `--defaults-extra-file=${server.defaultsFile}`,
      '--backup',
      `--target-dir=${stage}`,
      `--parallel=${context.param('parallel') ?? '1'}`,
    ],
    env,
    signal,
    graceMs: 20_000,
    onStderr: context.log,
    onStdout: context.log,
    stderrTailBytes: 16 * 1024,
  }).finally(stopProgress);
  if (signal.aborted) throw new StashError('Canceled', 'the backup was stopped');
  if (ended.exitCode !== 0) throw databaseError(ended.stderrTail, connection);
  if (!/completed OK!/.test(ended.stderrTail)) throw new StashError('FunctionFailed', 'mariadb-backup did not say "completed OK!"');
  const binlogInfo = await readFile(join(stage, 'xtrabackup_binlog_info'), 'utf8').catch(() => undefined);
  const position = parsePosition(await readFile(join(stage, 'xtrabackup_checkpoints'), 'utf8'), binlogInfo);
  return { position: { ...position, ...facts } };
}

/** What the restore and later links need to know of the server. */
async function serverFacts(server: { query: (sql: string) => Promise<string[][]> }) {
  const [row] = await server.query('SELECT @@version, @@datadir, @@server_id, @@server_uid, @@port');
  const [wsrep] = await server.query("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'");
  if (wsrep?.[1] === 'ON')
    throw new StashError('DatabaseUnsupported', 'the server is a Galera node (wsrep_on=ON); physical backups of Galera are not supported');
  const [version = '', datadir = '', serverId = '', serverUid = '', port = ''] = row ?? [];
  return { version, datadir, serverId, serverUid, port };
}

async function checkRoom(stage: string, expected: number): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(stage);
  const room = bavail * bsize - 0.1 * blocks * bsize;
  const mib = (bytes: number) => `${Math.max(0, Math.floor(bytes / 2 ** 20))} MiB`;
  if (expected > room)
    throw new StashError(
      'StageFull',
      `the stage has ${mib(room)} to use (a tenth of its file system is kept free), the data directory has ${mib(expected)}`,
    );
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
