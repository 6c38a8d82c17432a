import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runAgent } from '../agent/agent.ts';
import type { OperatorClient } from '../agent/client.ts';
import { openJournal } from '../agent/journal.ts';
import type { WriteLog } from '../agent/session-log.ts';
import { openStage } from '../agent/stage.ts';
import { createRestic } from '../engine/restic/restic.ts';
import type { Order } from '../orders/order.ts';
import { takeExclusive } from '../runtime/exclusive.ts';

interface AgentHome {
  key: string;
  /** Stage and journal; nobody else's. */
  directory: string;
  /** For files with secrets that a command needs; emptied here, since a killed agent leaves them there. */
  tmpDir: string;
  /** restic's; several agents may share it. */
  cacheDir: string;
  /** Held while the agent lives. */
  lock: string;
  /** What a restore must leave alone. */
  keepOut: string[];
  /** What programs that the agent starts see of its environment: no secret. */
  baseEnv: Record<string, string>;
  restic: string;
  rclone: string;
}

type RunOptions = Parameters<typeof runAgent>[0];

interface Manners extends Pick<RunOptions, 'now' | 'signal' | 'idleMs' | 'aloneMs' | 'pod' | 'podEnv' | 'log'> {
  client: () => Promise<OperatorClient> | OperatorClient;
  openLog: (order: Order, now: () => string) => WriteLog;
}

/** Runs an agent from what an earlier run left in its directory until it ends; `taken`: another process is this agent already. */
export async function startAgent(home: AgentHome, { client, openLog, ...manners }: Manners): Promise<'ended' | 'taken'> {
  const time = () => manners.now().toISOString();
  const state = join(home.directory, 'state');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const lock = takeExclusive(home.lock, { pid: process.pid, startTime: time() });
  if (!lock.taken) return 'taken';
  const { ino } = statSync(home.lock);
  const journal = await openJournal(state, time);
  const stage = await openStage(home.directory);
  // The journal has ended by now what an earlier run of this agent had left running.
  await rm(home.tmpDir, { recursive: true, force: true });
  for (const one of [home.cacheDir, home.tmpDir]) await mkdir(one, { recursive: true, mode: 0o700 });
  const { cacheDir, tmpDir, baseEnv } = home;
  const engine = createRestic({ path: home.restic, rclonePath: home.rclone, cacheDir, tmpDir, baseEnv });
  await runAgent({
    ...manners,
    key: home.key,
    instance: randomUUID(),
    client: await client(),
    journal,
    hasDirectory: () => statSync(home.lock, { throwIfNoEntry: false })?.ino === ino,
    tools: { engine, stage, baseEnv, keepOut: home.keepOut },
    openLog: (order) => openLog(order, time),
  });
  lock.release();
  return 'ended';
}
