import assert from 'node:assert/strict';
import { apply, get, kubectl, list } from './kubectl.ts';
import type { Storage } from './storage.ts';
import { waitFor } from './wait-for.ts';

export const PASSWORD = 'e2e';
/** Of the Repository that `repository` makes, where nothing else is said. */
const REPOSITORY = 'repo';

type Read = NonNullable<Awaited<ReturnType<typeof get>>>;

export async function repository(namespace: string, { backend }: Storage, name = REPOSITORY): Promise<void> {
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'storage' }, stringData: { RESTIC_PASSWORD: PASSWORD } },
    {
      apiVersion: 'stash.appscode.com/v1alpha1',
      kind: 'Repository',
      metadata: { name },
      spec: { backend: { ...backend, storageSecretName: 'storage' } },
    },
  );
}

/** A BackupConfiguration, only run when asked for unless `spec` has a schedule. */
export function configuration(name: string, spec: { schedule?: string; [field: string]: unknown }): object {
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { name },
    spec: {
      repository: { name: REPOSITORY },
      backupHistoryLimit: 20,
      ...(spec.schedule ? {} : { execOps: [{ alias: 'backup' }] }),
      ...spec,
    },
  };
}

/** A RestoreSession that puts a target back where it is; what was there goes. */
export function inPlace(name: string, what: object, more: object = {}): object {
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: { name },
    spec: { repository: { name: REPOSITORY }, target: what, allowOverwrite: true, previousData: 'Discard', ...more },
  };
}

export function target(kind: string, name: string, more: object = {}): object {
  const apiVersion = kind === 'PersistentVolumeClaim' ? 'v1' : 'apps/v1';
  return { ref: { apiVersion, kind, name }, ...more };
}

/** Waits until a BackupConfiguration is acted on, and its workload has the sidecar in all of its pods. */
export async function inForce(namespace: string, name: string, workload?: string): Promise<void> {
  const read = () => get('backupconfigurations.stash.appscode.com', name, namespace);
  const hasSidecar = (one: Read | undefined) =>
    workload === undefined || one?.status?.conditions?.some((c: Condition) => c.type === 'StashSidecarInjected' && c.status === 'True');
  await waitFor(`${name} is Ready`, read, (one) => one?.status?.phase === 'Ready' && hasSidecar(one) === true, { seconds: 90 });
  if (workload !== undefined) await kubectl(['rollout', 'status', workload, '--namespace', namespace, '--timeout=150s']);
}

interface Condition {
  type: string;
  status: string;
}

/** Asks for a backup; gives the name of its session. */
export async function askFor(namespace: string, invoker: string, session: string, more: object = {}): Promise<string> {
  await apply(namespace, {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupSession',
    metadata: { name: session },
    spec: {
      invoker: { apiGroup: 'stash.appscode.com', kind: 'BackupConfiguration', name: invoker },
      ...more,
    },
  });
  return session;
}

/** Waits for the end of a session; gives it. */
export async function ended(
  namespace: string,
  name: string,
  { kind = 'backupsessions', seconds = 150 }: { kind?: 'backupsessions' | 'restoresessions'; seconds?: number } = {},
): Promise<Read> {
  const read = async () => get(`${kind}.stash.appscode.com`, name, namespace);
  const over = (one: Read | undefined) => ['Succeeded', 'Failed', 'Skipped', 'Invalid', 'Unknown'].includes(one?.status?.phase);
  const session = await waitFor(`${name} has ended`, read, over, { seconds });
  assert.ok(session);
  return session;
}

export async function succeeded(namespace: string, name: string, options: Parameters<typeof ended>[2] = {}): Promise<Read> {
  const session = await ended(namespace, name, options);
  assert.equal(session.status.phase, 'Succeeded', `${name}: ${session.status.reason}: ${session.status.message}`);
  return session;
}

/** Ids of a session's snapshots, by the name of their host. */
export function snapshotsOf({ status }: Read): Record<string, string> {
  type Host = { hostname: string; snapshots?: { snapshotID: string }[] };
  const hosts = status.targets.flatMap(({ stats }: { stats: Host[] }) => stats) as Host[];
  const stored = hosts.filter(({ snapshots = [] }) => snapshots.length > 0);
  return Object.fromEntries(stored.map(({ hostname, snapshots = [] }) => [hostname, snapshots.map((one) => one.snapshotID).join(' ')]));
}

export async function sessionsOf(namespace: string, invoker: string): Promise<Read[]> {
  return list('backupsessions.stash.appscode.com', namespace, `stash.appscode.com/invoker-name=${invoker}`);
}
