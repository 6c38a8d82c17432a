import { chmod, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asStashError, StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import type { FunctionContext } from '../function.ts';
import { backupTool, saysOk, toolFailure } from './backup-tool.ts';
import type { Destination } from './destination.ts';
import { changeOwner, contentOf } from './directory.ts';
import { dataDirectoryHolder } from './holder.ts';
import { startServer, stopServer } from './server-commands.ts';

interface Swap {
  /** Where the previous data directory is put. */
  before: string;
  /** Writes into the new one what is only known once the old server has stopped. */
  mark: (directory: string) => Promise<void>;
}

/**
 * Puts a prepared backup in the place of a data directory and returns where the previous one is now, if there is one: the new directory is
 * made complete next to the old one, so that the server is down only for two renames. When that fails, the old one is put back and its
 * server started again; the error says so. A mount point cannot be renamed: it is emptied and filled, with its server stopped.
 */
export async function swapIn(
  context: FunctionContext,
  prepared: string,
  destination: Destination,
  swap: Swap,
): Promise<string | undefined> {
  return (destination.mounted ? refill : exchange)(context, prepared, destination, swap);
}

async function exchange(
  context: FunctionContext,
  prepared: string,
  destination: Destination,
  { before, mark }: Swap,
): Promise<string | undefined> {
  const { directory, empty } = destination;
  const incoming = `${directory}.stash-incoming`;
  let aside = false;
  try {
    await rm(incoming, { recursive: true, force: true });
    await mkdir(dirname(directory), { recursive: true });
    await moveBack(context, prepared, incoming, destination);
    await stopServer(context, directory);
    await mark(incoming);
    if (!empty) {
      await rename(directory, before);
      aside = true;
    } else await rmdir(directory).catch(ignoreAbsent);
    await rename(incoming, directory);
    return aside ? before : undefined;
  } catch (thrown) {
    const error = named(thrown, directory);
    if (aside && !(await putBack(before, directory)))
      throw new StashError(error.code, `${error.message}; the previous data is in ${before} and could not be moved back to ${directory}`, {
        cause: thrown,
        remedy: `Move ${before} to ${directory}, then start its server.`,
      });
    await rm(incoming, { recursive: true, force: true });
    throw await asItWas(context, destination, error);
  }
}

async function putBack(before: string, directory: string): Promise<boolean> {
  return rename(before, directory).then(
    () => true,
    () => false,
  );
}

async function refill(context: FunctionContext, prepared: string, destination: Destination, { mark }: Swap): Promise<undefined> {
  const { directory } = destination;
  try {
    await stopServer(context, directory);
  } catch (thrown) {
    throw await asItWas(context, destination, asStashError(thrown));
  }
  try {
    for (const name of await contentOf(directory)) await rm(join(directory, name), { recursive: true, force: true });
    await moveBack(context, prepared, directory, destination);
    await mark(directory);
  } catch (thrown) {
    const { code, message } = named(thrown, directory);
    throw new StashError(code, `${message}; ${directory} is incomplete and its previous data was discarded`, {
      cause: thrown,
      remedy: 'Correct what is named and restore again; the repository is untouched.',
    });
  }
}

async function moveBack(context: FunctionContext, prepared: string, into: string, { owner, mounted }: Destination): Promise<void> {
  await mkdir(into, { recursive: true, mode: 0o700 });
  const args = ['--no-defaults', '--move-back', `--target-dir=${prepared}`, `--datadir=${into}`];
  if (mounted) args.push('--force-non-empty-directories');
  const ended = await backupTool(context, args);
  if (!saysOk(ended)) throw toolFailure(args, ended);
  if (process.getuid?.() === 0) await changeOwner(into, owner);
  // The root of a volume stays as it is: it may belong to somebody else, who lets the group write.
  if (!mounted) await chmod(into, owner.mode);
  // The old data is given up for this: it has to be on the disk, not only on its way there.
  await run({ command: 'sync', args: ['-f', into], env: context.env, signal: context.signal });
  if (context.signal.aborted) throw new StashError('Canceled', 'the restore was stopped');
}

/** The error, with what became of the server that was to be replaced. */
async function asItWas(context: FunctionContext, { directory, holder }: Destination, error: StashError): Promise<StashError> {
  const say = (note: string) => new StashError(error.code, `${error.message}; ${note}`, { cause: error, remedy: error.remedy });
  if (holder === undefined) return say(`${directory} is as it was`);
  if ((await dataDirectoryHolder(directory)) !== undefined) return say(`${directory} is as it was and its server runs`);
  try {
    await startServer({ ...context, signal: AbortSignal.timeout(20_000) });
    return say(`${directory} is as it was and its server was started again`);
  } catch (thrown) {
    return say(`${directory} is as it was, but its server could not be started again: ${asStashError(thrown).message}`);
  }
}

/** What the file system refuses here is the matter of a person, not a defect. */
function named(thrown: unknown, directory: string): StashError {
  const refused = thrown instanceof Error && 'syscall' in thrown;
  if (!refused) return asStashError(thrown);
  return new StashError('DestinationUnusable', `${directory} cannot be replaced: ${thrown.message}`, { cause: thrown });
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
