import { lstat, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import { parseIndex } from '../../rules/chain/metadata-index.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { changeOwner, isEmptyOrAbsent } from './directory.ts';
import { dataDirectoryHolder } from './holder.ts';
import { databaseError, openServer } from './server.ts';

/**
 * Puts a physical backup in place: prepares it while the old server may still run, stops that, swaps the data directory, starts it again.
 * With operation `Check` it only says whether that can be done.
 */
export async function physicalRestore(context: FunctionContext): Promise<FunctionResult> {
  const check = context.operation === 'Check';
  if (check && context.destination === undefined) return {};
  const source = context.source ?? '';
  const directory = context.destination ?? (await recordedDataDirectory(source));
  await checkDestination(context, directory);
  if (check) return {};
  await prepare(context, join(source, 'full'));
  const before = await place(context, join(source, 'full'), directory);
  await command(context, 'start', context.restore.startCommand);
  if (context.restore.startCommand.length > 0) await whenAnswering(context);
  return { message: before === undefined ? `restored into ${directory}` : `restored into ${directory}; the previous data is in ${before}` };
}

async function recordedDataDirectory(source: string): Promise<string> {
  const full = parseIndex(await readFile(join(source, 'metadata.index'), 'utf8').catch(() => ''))[0];
  const directory = full?.link.position.datadir;
  if (typeof directory === 'string' && directory.startsWith('/')) return directory.replace(/\/+$/, '');
  throw new StashError('Invalid', 'the backup does not record its data directory: give the parameter destination');
}

async function checkDestination(context: FunctionContext, directory: string): Promise<void> {
  const { allowOverwrite, stopCommand, startCommand } = context.restore;
  const holder = await dataDirectoryHolder(directory);
  if (holder !== undefined && (stopCommand.length === 0 || startCommand.length === 0))
    throw new StashError('DatabaseRunning', `a server (pid ${holder}) runs on the data directory ${directory}`);
  if (!allowOverwrite && !(await isEmptyOrAbsent(directory)))
    throw new StashError('DestinationNotEmpty', `the data directory ${directory} is not empty and allowOverwrite is not set`);
  if (context.restore.previousData === 'Keep' && !(await isEmptyOrAbsent(directory)) && (await isMountPoint(directory)))
    throw new StashError('DestinationNotEmpty', `${directory} is a mount point, so the previous data cannot be moved aside`, {
      remedy: 'Set previousData: Discard, or mount the volume one level higher.',
    });
}

async function prepare(context: FunctionContext, full: string): Promise<void> {
  await backupTool(context, ['--prepare', `--target-dir=${full}`]);
}

/** Swaps the data directory; the old one is deleted only once the new one is in its place. Returns where the old one was kept. */
async function place(context: FunctionContext, full: string, directory: string): Promise<string | undefined> {
  await command(context, 'stop', context.restore.stopCommand);
  const holder = await whenFree(directory, context.signal);
  if (holder !== undefined)
    throw new StashError('DatabaseRunning', `a server (pid ${holder}) still runs on ${directory} after stopCommand`);
  const owner = await stat(directory).catch(() => stat(dirname(directory)));
  const replaced = !(await isEmptyOrAbsent(directory));
  const before = `${directory}.before-${new Date().toISOString().replace(/[-:]|\..*/g, '')}`;
  const mounted = await isMountPoint(directory);
  if (replaced && mounted) await emptyDirectory(directory);
  else if (replaced) await rename(directory, before);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await backupTool(context, ['--move-back', `--target-dir=${full}`, `--datadir=${directory}`]);
  if (process.getuid?.() === 0) await changeOwner(directory, owner);
  if (!replaced || mounted) return undefined;
  if (context.restore.previousData === 'Keep') return before;
  await rm(before, { recursive: true, force: true });
  return undefined;
}

async function backupTool(context: FunctionContext, args: string[]): Promise<void> {
  const ended = await run({
    command: 'mariadb-backup',
    args: ['--no-defaults', ...args],
    env: context.env,
    signal: context.signal,
    onStderr: context.log,
    onStdout: context.log,
    stderrTailBytes: 16 * 1024,
  });
  if (context.signal.aborted) throw new StashError('Canceled', 'the restore was stopped');
  if (ended.exitCode === 0 && /completed OK!/.test(ended.stderrTail)) return;
  const last = ended.stderrTail.trim().split('\n').slice(-3).join(' / ');
  throw new StashError('FunctionFailed', `mariadb-backup ${args[0]} ended with exit code ${ended.exitCode}: ${last}`);
}

async function command(context: FunctionContext, name: 'stop' | 'start', argv: string[]): Promise<void> {
  const [program, ...args] = argv;
  if (program === undefined) return;
  context.log(`${name}Command: ${argv.join(' ')}`);
  const ended = await run({
    command: program,
    args,
    env: context.env,
    signal: context.signal,
    leftBehind: 'leave',
    onStderr: context.log,
    onStdout: context.log,
  });
  if (ended.exitCode !== 0)
    throw new StashError(
      'CommandFailed',
      `${name}Command "${argv.join(' ')}" ended with exit code ${ended.exitCode}: ${ended.stderrTail.trim().slice(-200)}`,
    );
}

async function emptyDirectory(directory: string): Promise<void> {
  const { readdir } = await import('node:fs/promises');
  for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true, force: true });
}

async function isMountPoint(directory: string): Promise<boolean> {
  const [own, parent] = await Promise.all([lstat(directory).catch(() => undefined), lstat(dirname(directory)).catch(() => undefined)]);
  return own !== undefined && parent !== undefined && own.dev !== parent.dev;
}

const WAIT_MS = 60_000;

/** The server that holds the directory after a while, if it does not let go. */
async function whenFree(directory: string, signal: AbortSignal): Promise<number | undefined> {
  for (let waited = 0; waited < WAIT_MS; waited += 200) {
    if ((await dataDirectoryHolder(directory)) === undefined) return undefined;
    await delay(200, undefined, { signal });
  }
  return dataDirectoryHolder(directory);
}

async function whenAnswering(context: FunctionContext): Promise<void> {
  if (context.connection === undefined) return;
  const server = openServer(context.connection, context.scratch, context.env, context.signal);
  for (let waited = 0; ; waited += 200) {
    try {
      await server.query('SELECT 1');
      return;
    } catch (error) {
      const { code } = error as StashError;
      // The account may be another one in the restored data: the server answers, that is what counts here.
      if (code === 'DatabaseAccessDenied') return;
      if (waited >= WAIT_MS)
        throw databaseError(
          `the server does not answer ${WAIT_MS / 1000} s after startCommand: ${(error as Error).message}`,
          context.connection,
        );
      await delay(200, undefined, { signal: context.signal });
    }
  }
}
