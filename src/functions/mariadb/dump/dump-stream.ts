import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../../errors/error.ts';
import type { FunctionResult } from '../../contract.ts';
import type { FunctionContext } from '../../function.ts';
import { databaseError } from '../database-error.ts';
import { answering, dumpedConnection, givenOptions, notTransactional, serverOf } from './dump-backup.ts';
import { dumpArguments, usersArguments } from './dump-options.ts';
import { binlogPlace, HEADER_ENDS } from './dump-position.ts';
import { USERS_MARK } from './dump-sections.ts';

/** Far more than the lines before the first database take. */
const HEADER_BYTES = 64 * 1024;
const KEPT_STDERR = 16 * 1024;

/**
 * What the engine stores: a dump on standard output, from mariadb-dump by a pipe and through nobody else but for its first lines, which
 * say the position. Any end but a good one of all its parts is a failure, and then the engine makes no snapshot.
 */
export async function dumpStream(context: FunctionContext): Promise<FunctionResult> {
  const options = givenOptions(context);
  const server = serverOf(context);
  await answering(context, server);
  const [[logBin, version] = []] = await server.query('SELECT @@log_bin, @@version');
  const tables = await notTransactional(server, options);
  const dump = await startDump(context, dumpArguments(options, server.defaultsFile, logBin === '1'));
  let position: Record<string, unknown> = { version, ...(tables.length === 0 ? {} : { notTransactional: tables }) };
  try {
    const header = logBin === '1' ? await readHeader(dump.reading) : Buffer.alloc(0);
    const place = binlogPlace(header.toString('latin1'));
    if (place !== undefined) {
      const [[gtid = ''] = []] = await server.query(`SELECT BINLOG_GTID_POS('${place.file.replaceAll("'", "''")}', ${place.position})`);
      position = { binlogFile: place.file, binlogPosition: place.position, ...(gtid === '' ? {} : { gtid }), ...position };
    }
    await written(header);
    const pass = start(context, ['cat'], [dump.reading.fd, 'inherit', 'pipe']);
    await dump.reading.close();
    const passed = await pass.end;
    if (passed.failure !== undefined) throw unread(passed.failure);
    await settled(context, 'mariadb-dump', dump.child);
  } catch (thrown) {
    dump.child.child.kill('SIGTERM');
    await dump.reading.close().catch(() => undefined);
    throw thrown;
  }
  if (options.users) {
    await written(Buffer.from(USERS_MARK));
    await settled(
      context,
      'mariadb-dump',
      start(context, ['mariadb-dump', ...usersArguments(server.defaultsFile)], ['ignore', 'inherit', 'pipe']),
    );
  }
  return { position };
}

interface Part {
  child: ChildProcess;
  end: Promise<{ failure?: string; stderr: string }>;
}

/** Both ends of a named pipe, of which the dump gets the one: what is read of the other is not read ahead. */
async function startDump(context: FunctionContext, args: string[]): Promise<{ child: Part; reading: FileHandle }> {
  const pipe = join(context.scratch, `dump-${process.pid}`);
  execFileSync('mkfifo', ['-m', '600', pipe], { env: context.env });
  // Whoever opens one end waits for the other, but not with both.
  const both = openSync(pipe, constants.O_RDWR);
  const writing = openSync(pipe, constants.O_WRONLY);
  const reading = await open(pipe, constants.O_RDONLY);
  unlinkSync(pipe);
  closeSync(both);
  const child = start(context, ['mariadb-dump', ...args], ['ignore', writing, 'pipe']);
  closeSync(writing);
  return { child, reading };
}

/** Nothing of it lives on when this process is killed, as the engine does at a deadline. */
function start(context: FunctionContext, command: string[], stdio: ('ignore' | 'inherit' | 'pipe' | number)[]): Part {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], { env: context.env, stdio, signal: context.signal });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR);
  });
  return { child, end: whenEnded(child, () => stderr) };
}

async function whenEnded(child: ChildProcess, stderr: () => string): Promise<{ failure?: string; stderr: string }> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return { stderr: stderr() };
    return { failure: `${signal === null ? `exit code ${code}` : `signal ${signal}`} ${stderr().trim()}`.trim(), stderr: stderr() };
  } catch (error) {
    return { failure: (error as Error).message, stderr: stderr() };
  }
}

async function settled(context: FunctionContext, name: string, part: Part): Promise<void> {
  const { failure, stderr } = await part.end;
  if (stderr.trim() !== '') context.log(stderr.trim());
  if (context.signal.aborted) throw new StashError('Canceled', `${name} was stopped`);
  if (failure !== undefined) throw dumpError(failure, stderr, context);
}

/** The engine ended first, and knows why: what it says counts, not this. */
function unread(why: string): StashError {
  return new StashError('Canceled', `the dump could not be passed on: ${why}`);
}

function dumpError(failure: string, stderr: string, context: FunctionContext): StashError {
  if (/SIGPIPE|errno: 32|Errcode: 32/.test(failure)) return unread(failure);
  if (/SHOW CREATE USER.*\(1133\)/.test(stderr))
    return new StashError('FunctionFailed', `accounts cannot be dumped: ${stderr.trim()}`, {
      remedy: 'A server with skip_name_resolve cannot tell of accounts whose host is a name: drop those, or leave users: "true" out.',
    });
  if (/Table definition has changed|\(1412\)/.test(stderr))
    return new StashError('FunctionFailed', `a table was altered while the dump ran, so it is not whole: ${stderr.trim()}`, {
      remedy: 'Run it again when no ALTER, DROP or TRUNCATE is under way.',
    });
  if (/\((?:1044|1142|1227|1370)\)/.test(stderr))
    return new StashError('DatabaseGrantMissing', `mariadb-dump: ${stderr.trim()}`, {
      remedy: '"stash grants mariadb --for dump" prints what a dump needs; what an option of args needs comes on top of it.',
    });
  if (/Lost connection|server has gone away/i.test(stderr))
    return new StashError('DatabaseLost', `the connection to the server was lost in the middle of the dump: ${stderr.trim()}`, {
      remedy: "If the server did not stop: the storage took data more slowly than the server's net_write_timeout allows; raise that.",
    });
  if (stderr.trim() === '') return new StashError('FunctionFailed', `mariadb-dump ended with ${failure}`);
  return databaseError(stderr, dumpedConnection(context));
}

async function readHeader(reading: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < HEADER_BYTES; ) {
    const { bytesRead, buffer } = await reading.read(Buffer.alloc(4096), 0, 4096, null);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
    const text = Buffer.concat(chunks).toString('latin1');
    if (binlogPlace(text) !== undefined || text.includes(HEADER_ENDS)) break;
  }
  return Buffer.concat(chunks);
}

async function written(bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(unread(error.message)) : resolve()));
  });
}
