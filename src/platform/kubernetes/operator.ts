import type { KindName } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/object.ts';
import { createExposition } from '../../metrics/exposition.ts';
import type { Observed } from '../../metrics/observe.ts';
import { WorkMetrics } from '../../metrics/work.ts';
import type { AgentDesk } from '../../orders/desk.ts';
import { mayReport } from '../../orders/may-report.ts';
import { type AgentServer, serveDesk } from '../../orders/server.ts';
import type { Clock } from '../../runtime/clock.ts';
import { runElected, type Term } from '../../runtime/leader-election/elect.ts';
import type { Logger } from '../../runtime/log.ts';
import { type CachedView, openCachedStore } from '../../store/kubernetes/cached-store.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import { Discovery } from '../../store/kubernetes/discovery.ts';
import { leaseClient } from '../../store/kubernetes/lease-client.ts';
import { type Enqueue, operate, type Platform } from '../operate.ts';
import { applyCatalog } from './catalog.ts';
import { clusterAgents } from './cluster-agents.ts';
import { AGENTS_PORT, agentsHosts, announce } from './endpoint.ts';
import { clusterExec } from './exec/exec.ts';
import { gatekeeper } from './gates/gatekeeper.ts';
import { serveHealth } from './health.ts';
import { clusterAuthenticate } from './identity/authenticate.ts';
import { tokenReview } from './identity/review.ts';
import { serveLocalBackends } from './local-backend/serve.ts';
import { clusterPlatform } from './platform.ts';
import { type ClusterSettings, OPERATOR_NAME } from './settings.ts';
import { hasNativeSidecars } from './sidecar/native-sidecars.ts';
import { keepSidecars } from './targets/keep-sidecars.ts';
import { keepTrust } from './trust/trust.ts';

interface OperatorOptions {
  connection: Connection;
  settings: ClusterSettings;
  /** The pod it runs in. */
  pod: { name: string; ip: string };
  clock: Clock;
  random: () => number;
  log: Logger;
  /** Ends it; the Lease is given back last. */
  signal: AbortSignal;
}

const HEALTH_PORT = 8081;
const TRUST_EVERY_MS = 3_600_000;
/** Read from memory. Secrets are read one by one, when they are needed. */
export const CACHED: readonly KindName[] = [
  'Repository',
  'BackupConfiguration',
  'BackupBatch',
  'BackupSession',
  'RestoreSession',
  'RestoreBatch',
  'Function',
  'Task',
  'AppBinding',
  'BackupBlueprint',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'PersistentVolumeClaim',
];

/** The operator in a cluster: of several one leads, and works, until the signal. */
export async function runInCluster(options: OperatorOptions): Promise<void> {
  const { connection, settings, pod, clock, random, log, signal } = options;
  const health = { ready: false };
  const observed: Watched = { store: undefined, work: new WorkMetrics() };
  const objects = () => (observed.store === undefined ? undefined : objectsOf(observed.store));
  const exposition = createExposition({ clock, legacyNames: settings.legacyMetrics ?? false, work: observed.work, objects });
  const closeHealth = await serveHealth(health, exposition, HEALTH_PORT);
  const client = leaseClient(connection, { namespace: settings.namespace, name: OPERATOR_NAME, clock });
  const watched = {
    ...client,
    read: async (stop: AbortSignal) => {
      const lease = await client.read(stop);
      health.ready = true;
      return lease;
    },
  };
  try {
    await runElected({ client: watched, identity: pod.name, clock, random, log }, (term) => lead(options, observed, term), signal);
  } finally {
    await closeHealth();
  }
}

/** What metrics are read off; without a store while it does not lead. */
interface Watched {
  store: CachedView | undefined;
  work: WorkMetrics;
}

function objectsOf(store: CachedView): Observed {
  return {
    Repository: store.held('Repository'),
    BackupConfiguration: store.held('BackupConfiguration'),
    BackupBatch: store.held('BackupBatch'),
    BackupSession: store.held('BackupSession'),
    RestoreSession: store.held('RestoreSession'),
    RestoreBatch: store.held('RestoreBatch'),
  };
}

async function lead(
  { connection, settings, pod, clock, random, log }: OperatorOptions,
  observed: Watched,
  { epoch, signal }: Term,
): Promise<void> {
  const store = openCachedStore({
    connection,
    clock,
    random,
    kinds: CACHED,
    onTrouble: (kind, error) => log.warn('a watch failed; it is taken up again', { kind, error }),
  });
  try {
    const trust = keepTrust({ connection, namespace: settings.namespace, dnsNames: agentsHosts(settings.namespace), clock, signal });
    await trust.renew();
    const inCluster = { connection, discovery: new Discovery(connection) };
    await applyCatalog(inCluster, log);
    const sidecars = keepSidecars({
      store,
      cluster: inCluster,
      settings: { ...settings, nativeSidecars: await hasNativeSidecars(connection) },
      publishTrust: trust.publish,
      clock,
    });
    const cluster = clusterPlatform(connection, settings, { store, sidecars, exec: clusterExec(connection, clock), clock });
    const own = { namespace: settings.namespace, serviceAccount: settings.agentServiceAccount };
    const platform = (desk: AgentDesk, enqueue: Enqueue): Platform => {
      const { jobOf, looked, redact } = cluster;
      const agents = clusterAgents({ connection, desk, jobOf, looked, redact, publishTrust: trust.publish, clock, log, signal });
      const gates = gatekeeper({ connection, store, desk, clock, log, signal });
      const wake = (repository: ObjectKey) => enqueue('Repository', repository);
      const backends = serveLocalBackends({ connection, trust, settings, wake, clock, log, signal });
      let server: AgentServer | undefined;
      const done: Promise<void>[] = [];
      return {
        port: { ...cluster.port, served: backends.served },
        ensureAgent: agents.ensure,
        start: async () => {
          server = await serveDesk(
            { ...desk, poll: gates.poll },
            {
              listen: { port: AGENTS_PORT, certificate: trust.certificate() },
              authenticate: clusterAuthenticate({ review: tokenReview(connection), own, clock }),
            },
          );
          await announce(connection, { namespace: settings.namespace, ip: pod.ip });
          done.push(agents.watch(), gates.watch(), backends.watch(), keepCertificate(trust, server, { clock, log, signal }));
        },
        stop: async () => {
          await server?.close();
          await Promise.all(done);
        },
      };
    };
    const ready = () => {
      observed.store = store;
      log.info('works', { epoch });
    };
    await operate({ store, clock, log, epoch, platform, mayReport, work: observed.work, signal, ready });
  } finally {
    observed.store = undefined;
    await store.close();
  }
}

async function keepCertificate(
  trust: ReturnType<typeof keepTrust>,
  server: AgentServer,
  { clock, log, signal }: { clock: Clock; log: Logger; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(TRUST_EVERY_MS, signal);
    try {
      if (!signal.aborted && (await trust.renew())) server.replaceCertificate(trust.certificate());
    } catch (error) {
      log.warn('the certificate of the operator could not be looked after; it is tried again', { error });
    }
  }
}
