import { runInCluster } from '../platform/kubernetes/operator.ts';
import type { ClusterSettings } from '../platform/kubernetes/settings.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLogger } from '../runtime/log.ts';
import { openConnection } from '../store/kubernetes/connection.ts';
import { inClusterCredentials } from '../store/kubernetes/in-cluster.ts';

/** `stash-operator`: what the chart starts. Its environment says which pod it is and how the chart was set. */
const { env } = process;
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

const settings = JSON.parse(given('STASH_SETTINGS')) as ClusterSettings & { logLevel: 'debug' | 'info' | 'warn' | 'error' };
const log = createLogger({
  level: settings.logLevel,
  format: 'json',
  clock: systemClock,
  write: (line) => process.stderr.write(line),
});
const credentials = await inClusterCredentials({
  host: given('KUBERNETES_SERVICE_HOST'),
  port: given('KUBERNETES_SERVICE_PORT'),
  clock: systemClock,
});
const connection = openConnection({ credentials, clock: systemClock, userAgent: 'stash-operator' });

await runInCluster({
  connection,
  settings,
  pod: { name: given('POD_NAME'), ip: given('POD_IP') },
  clock: systemClock,
  random: Math.random,
  log,
  signal: stop.signal,
});
await connection.close();

function given(name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is missing: the chart of Stash sets it`);
  return value;
}
