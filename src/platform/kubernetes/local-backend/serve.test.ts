import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Deployment, V1Secret } from '@kubernetes/client-node';
import { systemClock } from '../../../runtime/clock.ts';
import { silentLogger } from '../../../runtime/log.ts';
import type { ApiRequest, Connection } from '../../../store/kubernetes/connection.ts';
import { SETTINGS } from '../testing/settings.ts';
import { serveLocalBackends } from './serve.ts';
import { KEYS, secretName, serverDeployment, serverSecret, serverService } from './server.ts';
import { localRepository } from './testing/repository.ts';
import { servedVolume } from './volume.ts';

const repository = localRepository();
const elsewhere = localRepository({ persistentVolumeClaim: { claimName: 'others' } });
const volume = servedVolume(repository.spec.backend.local ?? { mountPath: '' }, SETTINGS.localBackend);
const secret = secretName(repository, 'ca');

/** Serves `repository` with an image of before; `seen` is told of every request. */
function serving(seen: (request: ApiRequest) => void) {
  const before = serverDeployment(
    repository,
    { volume, credentials: { secret, fingerprint: 'f' } },
    { ...SETTINGS, image: 'stash/stash:0' },
  );
  const status: V1Deployment['status'] = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1 };
  const { stringData, ...rest } = serverSecret(repository, secret, { user: 'stash', password: 'p', certificate: 'c', key: 'k' });
  const data = Object.fromEntries(Object.values(KEYS).map((key) => [key, Buffer.from(stringData?.[key] ?? '').toString('base64')]));
  const objects: Record<string, object> = {
    deployments: { ...before, status },
    services: serverService(repository),
    secrets: { ...rest, data } satisfies V1Secret,
    pods: { items: [] },
  };
  const send = async (request: ApiRequest) => {
    seen(request);
    if (request.method === 'PATCH') return { status: 200, body: request.body };
    return { status: 200, body: objects[request.path.split('/').find((part) => part in objects) ?? ''] };
  };
  const trust = { bundle: () => 'PEM', signer: () => ({ id: 'ca', issue: () => assert.fail('there is a certificate') }) };
  const options = {
    trust,
    settings: SETTINGS,
    wake: () => undefined,
    clock: systemClock,
    log: silentLogger(),
    signal: AbortSignal.abort(),
  };
  return serveLocalBackends({ ...options, connection: { send } as unknown as Connection });
}

for (const [what, wanted, unserved] of [
  ['by another image', repository, undefined],
  ['by one of another volume', elsewhere, { waiting: 'another volume is served until the runs that use it have ended' }],
] as const) {
  test(`a server is not replaced ${what} when a run begins while the API server is asked`, async () => {
    for (let last = 1; ; last++) {
      let asked = 0;
      const sent: string[] = [];
      const { served } = serving(({ method }) => {
        asked += 1;
        sent.push(method);
      });
      // The run begins with that request.
      const answer = await served(wanted, { inUse: () => asked >= last });
      if (sent.includes('PATCH')) {
        assert.ok(sent.indexOf('PATCH') < last, `replaced, although a run had begun with request ${last} of ${sent.join(', ')}`);
        return;
      }
      assert.deepEqual(answer?.unserved, unserved);
      assert.ok(last < 10);
    }
  });
}

test('the server of a Repository that is elsewhere now goes on while a run uses it', async () => {
  const sent: string[] = [];
  const { served } = serving(({ method }) => sent.push(method));
  const location = `rest:${(await served(repository, { inUse: () => true }))?.url}`;
  const moved = { ...repository, spec: { backend: { storageSecretName: 'storage' } }, status: { location } } as typeof repository;
  sent.length = 0;
  await served(moved, { inUse: () => true });
  assert.deepEqual(sent, []);
  await served(moved, { inUse: () => false });
  assert.deepEqual(sent, ['PATCH']);
});
