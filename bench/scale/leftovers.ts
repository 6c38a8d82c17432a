import { setTimeout as delay } from 'node:timers/promises';
import type { KindName } from '../../src/api/kinds.ts';
import { type AnyObject, keyOf } from '../../src/api/object.ts';
import type { Connection } from '../../src/store/kubernetes/connection.ts';
import { listAll } from '../../src/store/kubernetes/list-pages.ts';
import { collectionPath, objectPath, resourceOf } from '../../src/store/kubernetes/resource.ts';
import { unlessGone } from '../../src/store/kubernetes/unless-gone.ts';
import { sideBySide } from './world.ts';

const FINALIZED: readonly KindName[] = ['BackupSession', 'BackupConfiguration', 'Repository'];

/** Takes away the namespaces of runs of this benchmark, and waits until they are gone. No operator is there to finish what is in them. */
export async function clearAway(connection: Connection, isOurs: (namespace: string) => boolean): Promise<void> {
  const left = await namespaces(connection, isOurs);
  if (left.length === 0) return;
  for (const namespace of left) {
    for (const kind of FINALIZED) await drop(connection, collectionPath(resourceOf(kind), namespace));
    await drop(connection, `/api/v1/namespaces/${namespace}`);
  }
  for (const kind of FINALIZED) {
    const objects = await listAll(connection, kind, { pageSize: 500 });
    const held = objects.filter(({ metadata }) => isOurs(metadata.namespace ?? '') && (metadata.finalizers ?? []).length > 0);
    await sideBySide(held, (object) => unfinalize(connection, kind, object));
  }
  while ((await namespaces(connection, isOurs)).length > 0) await delay(1_000);
}

async function namespaces(connection: Connection, isOurs: (namespace: string) => boolean): Promise<string[]> {
  const { body } = await connection.send<{ items: AnyObject[] }>({ what: 'list namespaces', method: 'GET', path: '/api/v1/namespaces' });
  return body.items.map(({ metadata }) => metadata.name).filter(isOurs);
}

async function drop(connection: Connection, path: string): Promise<void> {
  await unlessGone(connection.send({ what: `delete ${path}`, method: 'DELETE', path, query: { gracePeriodSeconds: 0 } }));
}

async function unfinalize(connection: Connection, kind: KindName, object: AnyObject): Promise<void> {
  const path = objectPath(resourceOf(kind), keyOf(object));
  const body = { metadata: { finalizers: null } };
  await unlessGone(connection.send({ what: `let go ${path}`, method: 'PATCH', path, contentType: 'application/merge-patch+json', body }));
}
