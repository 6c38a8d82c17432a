import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { serveDesk } from '../../src/orders/server.ts';
import { CACHED } from '../../src/platform/kubernetes/operator.ts';
import { clusterPlatform } from '../../src/platform/kubernetes/platform.ts';
import { keepSidecars } from '../../src/platform/kubernetes/targets/keep-sidecars.ts';
import { SETTINGS } from '../../src/platform/kubernetes/testing/settings.ts';
import { operate } from '../../src/platform/operate.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/log.ts';
import { openCachedStore } from '../../src/store/kubernetes/cached-store.ts';
import { type Connection, openConnection } from '../../src/store/kubernetes/connection.ts';
import { Discovery } from '../../src/store/kubernetes/discovery.ts';
import type { FromOperator, OperatorStart } from './messages.ts';

/**
 * The operator of a cluster as it is, in a process of its own, except for three things: no Lease (there is one of it), no Jobs (it tells its
 * parent which agent is needed), and agents are not asked who they are.
 */
const [{ server, access, certificate }] = (await once(process, 'message')) as [OperatorStart];
const tell = (message: FromOperator) => process.send?.(message);
const requests: Record<string, number> = {};
const connection = counted(
  openConnection({
    credentials: { server, namespace: 'default', current: async () => access, renew: () => undefined },
    clock: systemClock,
    userAgent: 'stash-bench',
  }),
);
const clock = systemClock;
const log = createLogger({ level: 'warn', format: 'json', clock, write: (line) => process.stderr.write(line) });
const stop = new AbortController();
process.once('disconnect', () => stop.abort());
process.on('message', (message) => {
  if (message === 'stats')
    tell({ type: 'stats', stats: { ...memory(), requests, cpu: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6 } });
});

const onTrouble = (kind: string, error: Error) => log.warn('a watch failed', { kind, error });
const store = openCachedStore({ connection, clock, random: Math.random, kinds: CACHED, onTrouble });
const settings = { ...SETTINGS, namespace: 'stash-scale-operator' };
const sidecars = keepSidecars({
  store,
  cluster: { connection, discovery: new Discovery(connection) },
  settings: { ...settings, nativeSidecars: true },
  publishTrust: async () => undefined,
  clock,
});
try {
  await operate({
    store,
    clock,
    log,
    epoch: 1,
    signal: stop.signal,
    ready: () => tell({ type: 'ready' }),
    platform: (desk) => {
      let close = async () => undefined as unknown;
      return {
        port: clusterPlatform(connection, settings, { store, sidecars, exec: () => Promise.reject(new Error('no hooks here')), clock })
          .port,
        ensureAgent: (agent) => tell({ type: 'ensure', agent }),
        start: async () => {
          const agents = await serveDesk(desk, {
            listen: { port: 0, host: '127.0.0.1', certificate },
            authenticate: async () => undefined,
          });
          close = agents.close;
          tell({ type: 'listening', port: agents.port ?? 0 });
        },
        stop: async () => void (await close()),
      };
    },
  });
} finally {
  await store.close();
  await connection.close();
}

function memory() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { rss: bytes('VmRSS'), peak: bytes('VmHWM') };
}

function counted(counting: Connection): Connection {
  return {
    ...counting,
    send: (request) => {
      requests[request.method] = (requests[request.method] ?? 0) + 1;
      return counting.send(request);
    },
  };
}
