import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connectOperator } from '../agent/client.ts';
import { openSessionLog } from '../agent/session-log.ts';
import type { Order } from '../orders/order.ts';
import { agentLock, agentTmp, directoriesOf } from '../platform/local/directories.ts';
import { startAgent } from './start-agent.ts';

/** `agent --agent KEY --directory DIR --data-dir DIR`: started by `stash up`, ends when it has had nothing to do. */
const IDLE_MS = 15_000;
const ALONE_MS = 600_000;
/** Another process is this agent already. */
const EXIT_TAKEN = 75;

const { values } = parseArgs({ options: { agent: { type: 'string' }, directory: { type: 'string' }, 'data-dir': { type: 'string' } } });
const { agent = '', directory = '', 'data-dir': dataDir = '' } = values;
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

const directories = directoriesOf(dataDir);
const ended = await startAgent(
  {
    key: agent,
    directory,
    tmpDir: agentTmp(directory),
    cacheDir: directories.cache,
    lock: agentLock(directory),
    keepOut: [resolve(dataDir)],
    baseEnv: forPrograms(process.env),
    restic: process.env.STASH_RESTIC ?? 'restic',
    rclone: process.env.STASH_RCLONE ?? 'rclone',
  },
  {
    client: async () => connectOperator({ socketPath: directories.socket, token: (await readFile(directories.token, 'utf8')).trim() }),
    openLog: (order, now) => openSessionLog(logFile(order), now),
    now: () => new Date(),
    signal: stop.signal,
    idleMs: IDLE_MS,
    aloneMs: ALONE_MS,
  },
);
if (ended === 'taken') process.exitCode = EXIT_TAKEN;

/** Where Node keeps what it compiled is for our functions (`bin/stash-function`), and not for whatever else is started from here. */
function forPrograms({ NODE_COMPILE_CACHE: compiled, ...env }: NodeJS.ProcessEnv): Record<string, string> {
  const given = { ...env, ...(compiled === undefined ? {} : { STASH_COMPILE_CACHE: compiled }) };
  return Object.fromEntries(Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** `LOGS/NAMESPACE/KIND/NAME/HOST.log`; a host is the last part of the agent's key. */
function logFile(order: Order): string {
  const [kind = '', namespace = '', name = ''] = order.purpose.split('/');
  return join(directories.logs, namespace, kind, name, `${agent.split('/').at(-1)}.log`);
}
