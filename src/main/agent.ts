import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runAgent } from '../agent/agent.ts';
import { connectOperator } from '../agent/client.ts';
import { openJournal } from '../agent/journal.ts';
import { openSessionLog } from '../agent/session-log.ts';
import { openStage } from '../agent/stage.ts';
import { createRestic } from '../engine/restic/restic.ts';
import type { Order } from '../orders/order.ts';
import { agentLock, agentTmp, directoriesOf } from '../platform/local/directories.ts';
import { takeExclusive } from '../runtime/exclusive.ts';

/** `agent --agent KEY --directory DIR --data-dir DIR`: started by `stash up`, ends when it has had nothing to do. */
const IDLE_MS = 15_000;
const ALONE_MS = 600_000;
/** Another process is this agent already. */
const EXIT_TAKEN = 75;

const { values } = parseArgs({ options: { agent: { type: 'string' }, directory: { type: 'string' }, 'data-dir': { type: 'string' } } });
const { agent = '', directory = '', 'data-dir': dataDir = '' } = values;
const now = () => new Date();
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

const directories = directoriesOf(dataDir);
await mkdir(join(directory, 'state'), { recursive: true, mode: 0o700 });
const lock = takeExclusive(agentLock(directory), { pid: process.pid, startTime: now().toISOString() });
if (!lock.taken) process.exit(EXIT_TAKEN);

const journal = await openJournal(join(directory, 'state'), () => now().toISOString());
const stage = await openStage(directory);
const baseEnv = Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));
// The journal has ended by now what an earlier run of this agent had left running.
const tmpDir = agentTmp(directory);
await rm(tmpDir, { recursive: true, force: true });
for (const one of [directories.cache, tmpDir]) await mkdir(one, { recursive: true, mode: 0o700 });
const engine = createRestic({
  path: process.env.STASH_RESTIC ?? 'restic',
  rclonePath: process.env.STASH_RCLONE ?? 'rclone',
  cacheDir: directories.cache,
  tmpDir,
  baseEnv,
});
const token = (await readFile(directories.token, 'utf8')).trim();

await runAgent({
  key: agent,
  instance: randomUUID(),
  client: connectOperator(directories.socket, token),
  journal,
  tools: { engine, stage, baseEnv, keepOut: [resolve(dataDir)] },
  openLog: (order) => openSessionLog(logFile(order), () => now().toISOString()),
  now,
  signal: stop.signal,
  idleMs: IDLE_MS,
  aloneMs: ALONE_MS,
});
lock.release();

/** `LOGS/NAMESPACE/KIND/NAME/HOST.log`; a host is the last part of the agent's key. */
function logFile(order: Order): string {
  const [kind = '', namespace = '', name = ''] = order.purpose.split('/');
  return join(directories.logs, namespace, kind, name, `${agent.split('/').at(-1)}.log`);
}
