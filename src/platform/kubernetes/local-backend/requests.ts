import type { V1Deployment, V1Pod, V1Service } from '@kubernetes/client-node';
import type { Repository } from '../../../api/repository.ts';
import { isCode } from '../../../errors/error.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import { serverName, serverPods, serverService } from './server.ts';

type Sender = Pick<Connection, 'send'>;

export async function deploymentOf(connection: Sender, repository: Repository): Promise<V1Deployment | undefined> {
  const { what, path } = deployment(repository);
  return (await unlessGone(connection.send<V1Deployment>({ what: `read ${what}`, method: 'GET', path })))?.body;
}

/** Ours as a whole: what others changed of it is put back. */
export async function applyDeployment(connection: Sender, wanted: V1Deployment): Promise<V1Deployment> {
  const { namespace, name } = wanted.metadata ?? {};
  const { body } = await connection.send<V1Deployment>({
    what: `apply Deployment ${namespace}/${name}`,
    method: 'PATCH',
    path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    query: { fieldManager: 'stash', force: true },
    contentType: 'application/apply-patch+yaml',
    body: wanted,
  });
  return body;
}

/** The Repository is elsewhere now. The Deployment stays until that goes: the operator may delete none. */
export async function scaleToNone(connection: Sender, repository: Repository): Promise<void> {
  const { what, path } = deployment(repository);
  const contentType = 'application/merge-patch+json';
  const body = { spec: { replicas: 0 } };
  await unlessGone(connection.send({ what: `scale ${what} to none`, method: 'PATCH', path, contentType, body }));
}

/** Made once and never changed. */
export async function keepService(connection: Sender, repository: Repository): Promise<V1Service> {
  const { namespace } = repository.metadata;
  const name = serverName(repository);
  const collection = `/api/v1/namespaces/${namespace}/services`;
  const what = `Service ${namespace}/${name}`;
  const read = async () =>
    (await unlessGone(connection.send<V1Service>({ what: `read ${what}`, method: 'GET', path: `${collection}/${name}` })))?.body;
  const found = await read();
  if (found !== undefined) return found;
  const body = serverService(repository);
  try {
    return (await connection.send<V1Service>({ what: `create ${what}`, method: 'POST', path: collection, body })).body;
  } catch (error) {
    // Another of our controllers was faster.
    if (!isCode(error, 'AlreadyExists')) throw error;
    return (await read()) ?? body;
  }
}

export async function podsOf(connection: Sender, repository: Repository): Promise<V1Pod[]> {
  const { namespace } = repository.metadata;
  const labelSelector = Object.entries(serverPods(repository))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const what = `list pods of Deployment ${namespace}/${serverName(repository)}`;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  return (await connection.send<{ items: V1Pod[] }>({ what, method: 'GET', path, query: { labelSelector } })).body.items;
}

function deployment(repository: Repository): { what: string; path: string } {
  const { namespace } = repository.metadata;
  const name = serverName(repository);
  return { what: `Deployment ${namespace}/${name}`, path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}` };
}
