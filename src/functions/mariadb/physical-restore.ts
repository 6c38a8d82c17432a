import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asStashError, StashError } from '../../errors/error.ts';
import { sideBySide } from '../../process/side-by-side.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { previousName } from '../previous-name.ts';
import { roomProblem } from '../room.ts';
import { assertSameSeries } from './backup-tool.ts';
import { assertWritable, type Destination, destinationProblem, examineDestination, existingAncestor } from './destination.ts';
import { directorySize } from './directory.ts';
import { settleGtid } from './gtid.ts';
import { judgeLogs } from './judge-logs.ts';
import { prepareChain } from './prepare.ts';
import { readRecordedChain } from './recorded-chain.ts';
import { replayLogs } from './replay.ts';
import { resolvePoint } from './resolve-point.ts';
import { markRestored, type RestoredMark } from './restored-mark.ts';
import { servantFor } from './servant.ts';
import { startServer } from './server-commands.ts';
import { swapIn } from './swap.ts';

/**
 * Puts a physical backup in place: prepares full and incrementals while the old server may still run, stops that, swaps the data directory, starts it again.
 * With operation `Check` it only says whether that can be done; only metadata.index has been fetched then.
 */
export async function physicalRestore(context: FunctionContext): Promise<FunctionResult> {
  if (context.operation === 'Resolve') return resolvePoint(context);
  const { source = '', restore } = context;
  const recorded = await readRecordedChain(source);
  const wanted = context.destination ?? recorded.datadir;
  if (wanted === undefined)
    throw new StashError('Invalid', 'the backup does not record its data directory: give the parameter destination');
  const destination = await examineDestination(wanted, recorded);
  const problem = destinationProblem(destination, restore);
  if (problem !== undefined) throw problem;
  await assertWritable(destination);
  if (recorded.version !== undefined) await assertSameSeries(context, recorded.version, 'the backup');
  await assertRoom(source, destination, async () => recorded.dataBytes ?? 0);
  if (context.operation === 'Check') return {};
  const [full, judged] = await sideBySide(
    context.signal,
    (signal) => prepareChain({ ...context, signal }, source, recorded.links),
    () => judgeLogs(context, recorded),
  );
  const servant = await servantFor(context, destination.owner);
  const replayed = judged && (await replayLogs(context, { prepared: full, recorded, servant }, judged));
  const gtid = await settleGtid(context, full, { ...recorded, ...replayed }, servant);
  await assertRoom(full, destination, () => directorySize(full));
  const before = await previousName(destination.directory, new Date().toISOString());
  const mark = (directory: string) => markRestored(directory, markOf(replayed?.gtid ?? recorded.gtid, context), destination.owner);
  const previous = await swapIn(context, full, destination, { before, mark });
  await startRestored(context, destination.directory, previous);
  const at = gtid === undefined ? '' : ` at ${gtid}`;
  return { message: `restored into ${destination.directory}${at}${await settlePrevious(restore.previousData, previous)}` };
}

/** What the log of a server on this data goes on from. */
function markOf(gtid = '', { point }: FunctionContext): RestoredMark {
  return { time: new Date().toISOString(), gtid, ...(point?.timeline === undefined ? {} : { timeline: point.timeline }) };
}

/** On one file system the files are renamed; else they are copied, while the old ones are still there (but for a mount point). */
async function assertRoom(from: string, { directory, mounted }: Destination, bytes: () => Promise<number>): Promise<void> {
  const place = mounted ? directory : await existingAncestor(dirname(directory));
  if ((await stat(from)).dev === (await stat(place)).dev) return;
  const freed = mounted ? await directorySize(directory) : 0;
  const problem = await roomProblem(place, (await bytes()) - freed, 0);
  if (problem !== undefined)
    throw new StashError('DestinationFull', `${place} has too little room for the restored data: ${problem}; nothing was changed`);
}

/** The new data is in its place: from here on a stop ends the wait, but does not leave the server down. */
async function startRestored(context: FunctionContext, directory: string, previous: string | undefined): Promise<void> {
  const late = new AbortController();
  const onAbort = () => setTimeout(() => late.abort(), LATE_MS).unref();
  if (context.signal.aborted) onAbort();
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await startServer({ ...context, signal: late.signal });
  } catch (thrown) {
    const { code, message } = asStashError(thrown);
    const aside = previous === undefined ? '' : `, the previous data in ${previous}`;
    throw new StashError(code, `${message}; the restored data is in ${directory}${aside}`, {
      cause: thrown,
      remedy:
        previous === undefined
          ? "Read the server's error log, then start the server."
          : `Read the server's error log, then start the server; to go back, move ${previous} to ${directory} while it is stopped.`,
    });
  } finally {
    context.signal.removeEventListener('abort', onAbort);
  }
}

/** Shorter than the time that an agent gives a function to end. */
const LATE_MS = 15_000;

async function settlePrevious(choice: 'Keep' | 'Discard', previous: string | undefined): Promise<string> {
  if (previous === undefined) return '';
  if (choice === 'Keep') return `; the previous data is in ${previous}`;
  await rm(previous, { recursive: true, force: true });
  return '; the previous data was discarded';
}
