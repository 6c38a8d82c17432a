import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { AnyObject } from '../../../api/object.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { soon } from '../../conformance/fixture.ts';
import { apply } from '../apply.ts';
import { type Connection, openConnection } from '../connection.ts';
import type { Credentials } from '../credentials.ts';
import { Discovery } from '../discovery.ts';
import { kubeconfigCredentials } from '../kubeconfig.ts';

/** Why tests that need a cluster are left out; undefined when there is one. */
export const noCluster = process.env.KUBECONFIG ? undefined : 'needs a Kubernetes cluster: set KUBECONFIG to an administrator of one';

/** A cluster that has Stash's kinds, and namespaces that go with `close`. */
export interface TestCluster {
  credentials: Credentials;
  connection: Connection;
  discovery: Discovery;
  /** Another connection; to the same server through `server` when given. */
  connect(server?: string): Connection;
  makeNamespace(name: string): Promise<void>;
  newNamespace(): Promise<string>;
  close(): Promise<void>;
}

export async function testCluster(): Promise<TestCluster> {
  const credentials = await kubeconfigCredentials({ files: (process.env.KUBECONFIG ?? '').split(':').filter((file) => file !== '') });
  const connections: Connection[] = [];
  const connect = (server = credentials.server) => {
    const connection = openConnection({ credentials: { ...credentials, server }, clock: systemClock, userAgent: 'stash-test' });
    connections.push(connection);
    return connection;
  };
  const connection = connect();
  const discovery = new Discovery(connection);
  await applyKinds(connection, discovery);
  const made: string[] = [];
  const makeNamespace = async (name: string) => {
    made.push(name);
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'stash-test': 'yes' } } };
    await connection.send({ what: `create namespace ${name}`, method: 'POST', path: '/api/v1/namespaces', body });
  };
  return {
    credentials,
    connection,
    discovery,
    connect,
    makeNamespace,
    async newNamespace() {
      const name = `t-${randomUUID().slice(0, 13)}`;
      await makeNamespace(name);
      return name;
    },
    async close() {
      for (const name of made) {
        await connection.send({ what: `delete namespace ${name}`, method: 'DELETE', path: `/api/v1/namespaces/${name}` });
      }
      for (const each of connections) await each.close();
    },
  };
}

async function applyKinds(connection: Connection, discovery: Discovery): Promise<void> {
  const folder = join(import.meta.dirname, '../../../../crds');
  for (const file of globSync('*.yaml', { cwd: folder })) {
    const manifest = parse(readFileSync(join(folder, file), 'utf8')) as AnyObject;
    await apply({ connection, discovery }, manifest, { fieldManager: 'stash-test', force: true });
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${manifest.metadata.name}`;
    await soon(async () => {
      const { body } = await connection.send<{ status?: { conditions?: { type: string; status: string }[] } }>({
        what: `read ${file}`,
        method: 'GET',
        path,
      });
      const established = body.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
      if (!established) throw new Error(`${file} is not established`);
    });
  }
}
