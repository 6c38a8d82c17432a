import { join } from 'node:path';
import { connectOperator } from '../agent/client.ts';
import { type GateEnd, gateClient } from '../agent/gate.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLogger } from '../runtime/log.ts';
import { startAgent } from './start-agent.ts';

/**
 * The agent in a pod: its environment says who it is, where the operator is and where its stage is (`pods/agent-parts.ts`). A sidecar goes
 * on until the pod ends; a Job's agent ends when it has had nothing to do, and with it the Job. A gate ends when the pod may start, or with
 * a failure when its restore failed: then it is started again, and asks again.
 */
const IDLE_MS = 30_000;
const ALONE_MS = 600_000;
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER;

const { env } = process;
const key = given('STASH_AGENT');
const directory = given('STASH_STAGE');
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
const log = createLogger({
  level: 'info',
  format: 'json',
  clock: systemClock,
  write: (line) => process.stdout.write(line),
});
const isGate = env.STASH_MODE === 'Gate';
const lasts = isGate || key.startsWith('pod/');
let gate: GateEnd | undefined;
const connect = () =>
  connectOperator({ url: given('STASH_OPERATOR_URL'), tokenFile: given('STASH_TOKEN_FILE'), caFile: given('STASH_CA_FILE') });
const decided = (end: GateEnd) => {
  gate = end;
  stop.abort();
};

await startAgent(
  {
    key,
    directory,
    tmpDir: join(directory, 'state', 'tmp'),
    cacheDir: join(directory, 'cache'),
    lock: join(directory, 'state', 'agent.lock'),
    keepOut: [directory],
    baseEnv: baseEnvironment(),
    restic: 'restic',
    rclone: 'rclone',
  },
  {
    client: () => (isGate ? gateClient(connect(), { state: join(directory, 'state'), decided, log }) : connect()),
    openLog: (order) => (step, line) => log.info(line, { purpose: order.purpose, step }),
    now: systemClock.now,
    signal: stop.signal,
    idleMs: lasts ? FOR_EVER_MS : Number(env.STASH_IDLE_SECONDS ?? IDLE_MS / 1000) * 1000,
    aloneMs: lasts ? FOR_EVER_MS : ALONE_MS,
    ...(env.POD_UID === undefined ? {} : { pod: env.POD_UID }),
    podEnv: env,
    log,
  },
);
if (isGate && gate !== 'Open') process.exitCode = 1;

function given(name: string): string {
  const value = env[name];
  if (value === undefined || value === '')
    throw new Error(`the environment variable ${name} is missing: this program is started by a pod that Stash made`);
  return value;
}

/** Where programs are and may write; the function's own environment comes with its order. */
function baseEnvironment(): Record<string, string> {
  return {
    PATH: [env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', '/stash/bin'].join(':'),
    HOME: join(directory, 'state'),
    TMPDIR: join(directory, 'state', 'tmp'),
    STASH_NODE: process.execPath,
    ...(env.LANG === undefined ? {} : { LANG: env.LANG }),
    ...(env.SSL_CERT_FILE === undefined ? {} : { SSL_CERT_FILE: env.SSL_CERT_FILE }),
  };
}
