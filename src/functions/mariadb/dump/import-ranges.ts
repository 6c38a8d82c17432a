import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StashError } from '../../../errors/error.ts';
import type { FunctionContext } from '../../function.ts';
import { databaseError } from '../database-error.ts';
import { dumpedConnection } from './dump-backup.ts';
import type { Range } from './dump-sections.ts';

const KEPT_STDERR = 16 * 1024;
const SHOWN = 1000;
const PROGRESS_BYTES = 4 * 1024 * 1024;

interface Import {
  file: string;
  ranges: Range[];
  /** Statements that follow. */
  last: string;
  /** Database that is used before the dump names one. */
  into?: string;
  /** Of the client. */
  options: string[];
}

/** Has the client read these bytes of a dump. Throws with what it said; what came before the failure is in the server then. */
export async function importRanges(
  context: FunctionContext,
  defaultsFile: string,
  { file, ranges, last, into, options }: Import,
): Promise<void> {
  // Nothing in a dump is a command of the client, neither one that runs programs nor one that reads files; and no statement reads ours.
  const args = [`--defaults-file=${defaultsFile}`, '--batch', '--binary-mode', '--loose-sandbox', '--max-allowed-packet=1G'];
  const database = into === undefined ? [] : [`--database=${into}`];
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'mariadb', ...args, ...options, '--local-infile=0', ...database], {
    env: context.env,
    stdio: ['pipe', 'ignore', 'pipe'],
    signal: context.signal,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR);
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [end] = await Promise.allSettled([ended, pipeline(Readable.from(bytes(context, file, ranges, last)), child.stdin)]);
  if (context.signal.aborted) throw partly(new StashError('Canceled', 'the restore was stopped'));
  if (end.status === 'rejected') throw end.reason;
  const [code, signal] = end.value;
  if (code === 0) return;
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  if (stderr.trim() === '') throw partly(new StashError('FunctionFailed', `mariadb ended with ${how}`));
  // The client repeats a statement that failed, whole.
  const said = stderr.split('\n').findLast((line) => line.startsWith('ERROR ')) ?? stderr.slice(0, SHOWN);
  throw partly(refused(said, context) ?? databaseError(said.slice(0, SHOWN), dumpedConnection(context)));
}

/** The login was right: it is a statement of the dump that this user may not carry out. */
function refused(said: string, context: FunctionContext): StashError | undefined {
  if (!/^ERROR (?:1044|1045|1142|1227|1370|1410|1419|1698) .* at line /.test(said)) return undefined;
  return new StashError(
    'DatabaseGrantMissing',
    `${dumpedConnection(context).username} may not carry out a statement of the dump: ${said.slice(0, SHOWN)}`,
  );
}

function partly({ code, message }: StashError): StashError {
  return new StashError(code, `${message}; statements before that one have been carried out`, {
    remedy: 'Correct the cause, then restore again with allowOverwrite and previousData: Discard; until then the databases are not whole.',
  });
}

async function* bytes({ progress }: FunctionContext, file: string, ranges: readonly Range[], last: string): AsyncGenerator<Buffer> {
  const totalBytes = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  let [bytesDone, told] = [0, 0];
  for (const { from, to } of ranges) {
    if (to <= from) continue;
    for await (const chunk of createReadStream(file, { start: from, end: to - 1, highWaterMark: 256 * 1024 })) {
      yield chunk as Buffer;
      bytesDone += (chunk as Buffer).length;
      if (bytesDone - told < PROGRESS_BYTES) continue;
      told = bytesDone;
      progress({ percentDone: Math.floor((bytesDone / totalBytes) * 100), bytesDone, totalBytes });
    }
  }
  yield Buffer.from(last);
}
