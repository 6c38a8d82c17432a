import type { V1Deployment, V1Secret, V1Service } from '@kubernetes/client-node';
import type { ObjectKey } from '../../../../api/object.ts';
import type { Repository } from '../../../../api/repository.ts';
import { systemClock } from '../../../../runtime/clock.ts';
import { silentLogger } from '../../../../runtime/log.ts';
import type { TestCluster } from '../../../../store/kubernetes/testing/cluster.ts';
import { unlessGone } from '../../../../store/kubernetes/unless-gone.ts';
import { SETTINGS } from '../../testing/settings.ts';
import { keepTrust } from '../../trust/trust.ts';
import { serveLocalBackends } from '../serve.ts';
import { serverName } from '../server.ts';
import { localRepository } from './repository.ts';

/** A Repository in a namespace of its own, on a claim that is not there yet, and what serves it. */
export async function backends({ connection, newNamespace }: TestCluster, image = 'nowhere.invalid/stash:1') {
  const namespace = await newNamespace();
  const stop = new AbortController();
  const { signal } = stop;
  const trust = keepTrust({ connection, namespace, dnsNames: ['localhost'], clock: systemClock, signal });
  await trust.renew();
  let ahead = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
  const woken: ObjectKey[] = [];
  const settings = { image, imagePullPolicy: 'IfNotPresent' as const, imagePullSecrets: [], localBackend: SETTINGS.localBackend };
  const made = serveLocalBackends({ connection, trust, settings, wake: (key) => woken.push(key), clock, log: silentLogger(), signal });
  const path = `/apis/stash.appscode.com/v1alpha1/namespaces/${namespace}/repositories`;
  const { body } = await connection.send<Repository>({
    what: 'create a Repository',
    method: 'POST',
    path,
    body: localRepository(undefined, { namespace, name: 'on-a-volume' }),
  });
  const get = async <T>(what: string) => (await unlessGone(connection.send<T>({ what, method: 'GET', path: what })))?.body;
  const name = serverName(body);
  return {
    ...made,
    stop: () => stop.abort(),
    namespace,
    repository: body,
    woken,
    goOn: (ms: number) => {
      ahead += ms;
    },
    remove: () => connection.send({ what: 'delete the Repository', method: 'DELETE', path: `${path}/on-a-volume` }),
    turnOff: async () => {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const contentType = 'application/merge-patch+json';
      await connection.send({ what: 'turn the server off', method: 'PATCH', path, contentType, body: { spec: { replicas: 0 } } });
    },
    deployment: () => get<V1Deployment>(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`),
    service: () => get<V1Service>(`/api/v1/namespaces/${namespace}/services/${name}`),
    secrets: async () => {
      const all = await get<{ items: V1Secret[] }>(`/api/v1/namespaces/${namespace}/secrets`);
      return (all?.items ?? []).filter(({ metadata }) => metadata?.name?.startsWith(name));
    },
  };
}
