import { randomUUID } from 'node:crypto';
import type { BackupConfiguration } from '../../src/api/backup-configuration.ts';
import { keyOf, keyText } from '../../src/api/object.ts';
import { sessionForTick } from '../../src/controllers/invoker/objects.ts';
import { invokerOf } from '../../src/rules/invoker.ts';
import type { Connection } from '../../src/store/kubernetes/connection.ts';
import { listAll } from '../../src/store/kubernetes/list-pages.ts';
import { collectionPath, objectPath, resourceOf } from '../../src/store/kubernetes/resource.ts';

/** Where configuration number `index` is. */
interface Place {
  namespace: string;
  name: string;
}

const PREFIX = 'stash-scale-';
const RUN = randomUUID().slice(0, 6);
/** Configurations that share a namespace and a Repository. */
export const TOGETHER = 100;
/** As many requests at a time as the operator has workers for a kind. */
const CONCURRENCY = 8;

export function placeOf(index: number): Place {
  return { namespace: `${PREFIX}${RUN}-${Math.floor(index / TOGETHER)}`, name: `app-${index}` };
}

/** Whether a namespace is of this benchmark, of any run. */
export function isOurs(namespace: string): boolean {
  return namespace.startsWith(PREFIX);
}

/** With its storage and its secret. Nothing listens there; the agents are simulated. */
export function namespaceOf(namespace: string): Record<string, object> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 'storage' },
    stringData: { RESTIC_PASSWORD: 'changeit' },
  };
  const spec = { backend: { rest: { url: 'http://127.0.0.1:1/' }, storageSecretName: 'storage' } };
  return {
    '/api/v1/namespaces': { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    [`/api/v1/namespaces/${namespace}/secrets`]: secret,
    [collectionPath(resourceOf('Repository'), namespace)]: {
      apiVersion: 'stash.appscode.com/v1alpha1',
      kind: 'Repository',
      metadata: { namespace, name: 'repo' },
      spec,
    },
  };
}

/** A claim, and what backs it up once a year. */
export function applicationOf({ namespace, name }: Place): Record<string, object> {
  const spec = { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Mi' } } };
  return {
    [`/api/v1/namespaces/${namespace}/persistentvolumeclaims`]: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace, name },
      spec: { ...spec, storageClassName: 'none' },
    },
    [collectionPath(resourceOf('BackupConfiguration'), namespace)]: {
      apiVersion: 'stash.appscode.com/v1beta1',
      kind: 'BackupConfiguration',
      metadata: { namespace, name },
      spec: {
        repository: { name: 'repo' },
        execOps: [{ alias: 'backup', schedule: '0 0 1 1 *' }],
        target: { ref: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name }, alias: name },
      },
    },
  };
}

/** What the operator makes at a tick of each, without its finalizer: nobody would finish them. */
export async function sessionsOf(connection: Connection, wanted: readonly Place[]): Promise<Record<string, object>[]> {
  const keys = new Set(wanted.map(keyText));
  const all = await listAll(connection, 'BackupConfiguration', { pageSize: 500 });
  return all
    .filter((one) => keys.has(keyText(keyOf(one))))
    .map((one) => {
      const invoker = invokerOf(one as BackupConfiguration);
      const [line] = invoker.operations;
      if (line === undefined) throw new Error(`${invoker.name} has no alias`);
      const { metadata, ...session } = sessionForTick(invoker, line, new Date(0), false);
      const { finalizers: _finalizers, ...rest } = metadata;
      return { [collectionPath(resourceOf('BackupSession'), invoker.namespace)]: { ...session, metadata: rest } };
    });
}

/** Creates objects by the path of their collection. */
export async function create(connection: Connection, objects: Record<string, object>): Promise<void> {
  for (const [path, body] of Object.entries(objects)) await connection.send({ what: `create ${path}`, method: 'POST', path, body });
}

export async function schedule(connection: Connection, place: Place, text: string): Promise<void> {
  const body = { spec: { execOps: [{ alias: 'backup', schedule: text }] } };
  const path = objectPath(resourceOf('BackupConfiguration'), place);
  await connection.send({ what: `change ${path}`, method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
}

export async function sideBySide<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = all.values();
  const worker = async () => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
