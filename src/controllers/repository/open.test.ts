import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { createLogger } from '../../runtime/log.ts';
import { applyBasics, manifest } from '../testing/manifests.ts';
import { testOperator } from '../testing/operator.ts';
import { openRepository } from './open.ts';

const operator = await testOperator();
after(() => operator.close());
await applyBasics(operator.store);
const ref = { namespace: 'shop', name: 'repo' };
const inCluster = () => {
  const ctx = operator.ctx();
  return { ...ctx, platform: { ...ctx.platform, place: 'Cluster' as const } };
};

test('a Repository of another namespace is not lent; in a cluster it takes the gateway', async () => {
  await assert.rejects(openRepository(operator.ctx(), ref, 'other'), (error) => isCode(error, 'LayoutSingle'));
  await assert.rejects(openRepository(inCluster(), ref, 'other'), (error) => isCode(error, 'GatewayRequired'));
});

test('what serves a volume is an ordinary REST server to the engine, and its password is kept out of the log', async () => {
  const { namespace } = ref;
  const here = manifest({
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { namespace, name: 'here' },
    spec: { backend: { storageSecretName: 'storage', local: { persistentVolumeClaim: { claimName: 'c' }, mountPath: '/srv/backup' } } },
  });
  await operator.store.create('Repository', here as Parameters<typeof operator.store.create<'Repository'>>[1]);
  const lines: string[] = [];
  const log = createLogger({ level: 'info', format: 'json', clock: operator.clock, write: (line) => lines.push(line) });
  const served = { url: 'https://server.shop.svc:8443/place/', user: 'u', password: 'not-to-be-read', authority: 'PEM' };
  const used: boolean[] = [];
  const ctx = inCluster();
  const platform = {
    ...ctx.platform,
    served: async (_: unknown, { inUse }: { inUse: () => boolean }) => {
      used.push(inUse());
      return { ...served, unserved: { waiting: 'it is being started' } };
    },
  };
  const open = () => openRepository({ ...ctx, log, platform }, { namespace, name: 'here' }, namespace);
  const { open: opened, unserved } = await open();
  assert.equal(opened.access.url, `rest:${served.url}`);
  const { RESTIC_PASSWORD: _, ...env } = opened.access.env;
  assert.deepEqual(env, { RESTIC_REST_USERNAME: 'u', RESTIC_REST_PASSWORD: served.password, NO_PROXY: 'server.shop.svc' });
  assert.deepEqual(opened.access.files, { RESTIC_CACERT: 'PEM' });
  assert.deepEqual(unserved, { waiting: 'it is being started' });
  ctx.gates.tryShare({ namespace, name: 'here' }, 'a run');
  await open();
  assert.deepEqual(used, [false, true]);
  log.info(`opened with ${served.password}`);
  assert.doesNotMatch(lines.join(''), /not-to-be-read/);
});

test('SFTP takes a program that pods do not have, and is refused there', async () => {
  const { namespace } = ref;
  const name = 'sftp';
  const made = manifest({
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { namespace, name },
    spec: { backend: { storageSecretName: 'storage', sftp: { host: 'backup.example.com', path: '/srv' } } },
  });
  await operator.store.create('Repository', made as Parameters<typeof operator.store.create<'Repository'>>[1]);
  await assert.rejects(
    openRepository(inCluster(), { namespace, name }, namespace),
    (error) => isCode(error, 'NotSupportedYet') && /sftp/.test(error.message),
  );
});
