import { mkdir, open, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { StashError } from '../../errors/error.ts';
import { type RunResult, run } from '../../process/run.ts';
import type { FunctionContext } from '../function.ts';
import type { RecordedChain } from './recorded-chain.ts';
import { createAccountSql, dropAccountSql, newReplayAccount, type ReplayAccount } from './replay-account.ts';
import { handOver, type Servant } from './servant.ts';
import { openServer, type Server } from './server.ts';
import { serverRoom } from './server-room.ts';
import { hasTimeZone } from './time-zone.ts';
import { untilAnswers } from './until-answers.ts';

/** A server on a prepared backup that nobody but us can reach. */
export interface PrivateServer extends Server {
  readonly account: ReplayAccount;
  /** Rejects when the server ends by itself. */
  readonly gone: Promise<never>;
  /** Clean shutdown. Throws FunctionFailed when it was none. */
  stop(): Promise<void>;
}

/** What the source's binlog does not say itself. */
type ReplaySource = Pick<RecordedChain, 'lowerCaseTableNames' | 'defaultStorageEngine' | 'settings' | 'timeZone'>;

/** Of what a source may have loaded: storage engines, a login, page compressions. One that is not installed here is passed over. */
const PLUGINS = [
  'ha_archive',
  'ha_blackhole',
  'auth_ed25519',
  ...['bzip2', 'lz4', 'lzma', 'lzo', 'snappy'].map((name) => `provider_${name}`),
];

/** What the source once took is right, as on a replica. */
const TAKES_ALL = [
  ...PLUGINS.map((name) => `--plugin-load-add=${name}`),
  '--strict-password-validation=OFF',
  ...['simple-password-check', 'cracklib-password-check', 'password-reuse-check'].map((name) => `--loose-${name}=OFF`),
  '--log-bin-trust-function-creators=ON',
  '--innodb-strict-mode=OFF',
  '--system-versioning-alter-history=KEEP',
  '--max-heap-table-size=1T',
  '--max-sp-recursion-depth=255',
];

/** Largest packet that MariaDB knows: a transaction of a million rows is one statement of a replay. */
export const LARGEST_PACKET = '1G';
export const NO_SUCH_PROGRAM = 127;
const START_MS = 600_000;
const POLL_MS = 50;

/**
 * Starts a server on `datadir` for a replay that ends at `work`: no network, no events, no replication, an account of its own that is gone
 * when it has stopped, and a binlog of its own in the scratch directory, by which it knows exactly what it has taken in.
 */
export async function withPrivateServer<T>(
  context: FunctionContext,
  datadir: string,
  source: ReplaySource,
  servant: Servant,
  work: (server: PrivateServer) => Promise<T>,
): Promise<T> {
  const place = join(context.scratch, 'replay');
  await mkdir(join(place, 'binlog'), { recursive: true, mode: 0o700 });
  const room = await serverRoom(place, datadir);
  const account = newReplayAccount();
  const initFile = join(place, 'init.sql');
  await writeFile(initFile, createAccountSql(account), { mode: 0o600 });
  await handOver(servant, [datadir, place]);
  const { path: socket, close } = await socketPath(place);
  const killed = new AbortController();
  const signal = AbortSignal.any([context.signal, killed.signal]);
  // Its working directory is its data directory, and /proc of this process is closed to it.
  const path = socket.startsWith('/proc/') ? join(relative(datadir, place), 'server.sock') : socket;
  const args = [
    ...servant.enterSearching.slice(1),
    '--pdeathsig',
    'KILL',
    'mariadbd',
    ...room,
    ...options(place, path, initFile),
    ...asSource(source),
    ...servant.options,
  ];
  const ended = run({
    command: 'setpriv',
    args,
    env: { ...context.env, ...(source.timeZone === undefined ? {} : { TZ: source.timeZone }) },
    signal,
    graceMs: 60_000,
    onStdout: context.log,
    onStderr: context.log,
    stderrTailBytes: 16 * 1024,
  });
  try {
    const gone = ended.then((result) => {
      throw serverFailure(context, result);
    });
    gone.catch(() => undefined);
    const server = openServer({ type: 'mariadb', socket, username: account.user, password: account.password }, place, context.env, signal);
    await Promise.race([gone, answers(server, context.signal)]);
    if (source.timeZone !== undefined && !(await hasTimeZone(server, source.timeZone)))
      context.log(`the time zone of the source, ${source.timeZone}, is not known here: what statements make of it may differ`);
    const stop = async () => {
      await server.query(`${dropAccountSql(account)} SHUTDOWN;`);
      const result = await ended;
      if (result.exitCode !== 0) throw serverFailure(context, result);
    };
    return await work({ ...server, account, gone, stop });
  } finally {
    killed.abort();
    await ended.catch(() => undefined);
    await close();
  }
}

function options(place: string, socket: string, initFile: string): string[] {
  return [
    `--socket=${socket}`,
    `--pid-file=${join(place, 'pid')}`,
    `--init-file=${initFile}`,
    '--skip-networking',
    '--skip-slave-start',
    '--event-scheduler=OFF',
    `--log-bin=${join(place, 'binlog', 'replay')}`,
    '--sync-binlog=0',
    '--binlog-row-image=MINIMAL',
    '--gtid-strict-mode=ON',
    `--max-allowed-packet=${LARGEST_PACKET}`,
    ...TAKES_ALL,
    // A table with a DATA DIRECTORY would be made there, on this machine.
    '--skip-symbolic-links',
    // A time that was taken where the source was is the one of the statement.
    '--sysdate-is-now=ON',
    '--performance-schema=OFF',
    '--innodb-buffer-pool-size=256M',
    // Whatever stops this server before its clean end makes the whole replay worthless.
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-doublewrite=OFF',
  ];
}

function asSource({ lowerCaseTableNames: lower, defaultStorageEngine: engine, settings = [] }: ReplaySource): string[] {
  return [
    ...(lower === undefined ? [] : [`--lower-case-table-names=${lower}`]),
    ...(engine === undefined ? [] : [`--default-storage-engine=${engine}`]),
    ...settings,
  ];
}

const LONGEST_SOCKET = 100;

/** A socket's path may have 107 characters; a longer one is named through an open directory of this process. */
async function socketPath(place: string): Promise<{ path: string; close(): Promise<void> }> {
  const path = join(place, 'server.sock');
  if (Buffer.byteLength(path) <= LONGEST_SOCKET) return { path, close: async () => undefined };
  const directory = await open(place, 'r');
  return { path: `/proc/${process.pid}/fd/${directory.fd}/server.sock`, close: () => directory.close() };
}

async function answers(server: Server, signal: AbortSignal): Promise<void> {
  const stopped = 'the restore was stopped';
  // Before its init file has run, nobody may log in.
  const patience = { limitMs: START_MS, pollMs: POLL_MS, signal, stopped, also: ['DatabaseAccessDenied'] as const };
  await untilAnswers(server, patience).catch((error: unknown) => {
    throw signal.aborted ? new StashError('Canceled', stopped) : error;
  });
}

function serverFailure(context: FunctionContext, { exitCode, signal, stderrTail }: RunResult): StashError {
  if (context.signal.aborted) return new StashError('Canceled', 'the restore was stopped');
  // What setpriv, and a shell, end with when there is no such program.
  if (exitCode === NO_SUCH_PROGRAM)
    return new StashError('ToolMissing', 'mariadbd is not installed here: logs cannot be replayed without it');
  const last = stderrTail
    .trim()
    .split('\n')
    .filter((line) => /\[ERROR\]/.test(line) && !/shared library|load plugins/.test(line))
    .slice(-3)
    .join(' / ');
  const how = exitCode === null ? `signal ${signal}` : `exit code ${exitCode}`;
  return new StashError('FunctionFailed', `the private server for the replay ended with ${how}${last === '' ? '' : `: ${last}`}`);
}
