import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ServedStorage } from '../../../controllers/platform-port.ts';
import { accessOf } from '../../../engine/backends/access.ts';
import { startConnectProxy } from '../../../engine/emulators/connect-proxy.ts';
import { createRestic } from '../../../engine/restic/restic.ts';
import { isCode } from '../../../errors/error.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { noCluster, type TestCluster, testCluster } from '../../../store/kubernetes/testing/cluster.ts';
import { findTool, isFound } from '../../tools/locate.ts';
import { backends } from './testing/backends.ts';

const image = process.env.STASH_IMAGE;
const skip = noCluster ?? (image === undefined ? 'needs STASH_IMAGE, an image of Stash that the cluster has' : false);
let cluster: TestCluster | undefined;
const folder = mkdtempSync(join(tmpdir(), 'stash-served-'));
after(async () => {
  await cluster?.close();
  rmSync(folder, { recursive: true });
});

test('restic stores through the server and gets it back; without the password, or at another place, there is nothing', {
  skip,
}, async (t) => {
  cluster = await testCluster();
  const { served, repository, namespace, service, deployment } = await backends(cluster, image);
  await cluster.connection.send({
    what: 'make a claim',
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
    body: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'backups' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } },
    },
  });
  let storage = await served(repository, { inUse: () => false });
  for (let left = 180; storage?.unserved !== undefined; left -= 1) {
    assert.ok(left > 0, JSON.stringify(storage.unserved));
    await systemClock.sleep(500);
    storage = await served(repository, { inUse: () => false });
  }
  assert.ok(storage);
  const proxy = await startConnectProxy(8443, (await service())?.spec?.clusterIP);
  t.after(() => proxy.stop());
  const tool = await findTool('restic');
  assert.ok(isFound(tool));
  const engine = createRestic({ path: tool.path, cacheDir: join(folder, 'cache'), tmpDir: folder, baseEnv: { HOME: folder } });
  const control = { signal: new AbortController().signal, timeoutMs: 60_000 };
  const access = (change: Partial<ServedStorage> = {}) => {
    const { url, user, password, authority } = { ...(storage as ServedStorage), ...change };
    const secret = { RESTIC_PASSWORD: 'p', REST_SERVER_USERNAME: user, REST_SERVER_PASSWORD: password, CA_CERT_DATA: authority };
    const proxied = { ...secret, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    return accessOf({ name: 'r', namespace, spec: { backend: { storageSecretName: 's', rest: { url } } } }, proxied);
  };
  await engine.init(access(), control);
  writeFileSync(join(folder, 'data'), 'precious');
  const source = { type: 'paths' as const, paths: [join(folder, 'data')], exclude: [] };
  const { snapshotId } = await engine.backup(access(), { source, host: 'host-0', tags: [], force: false, args: [] }, control);
  const target = join(folder, 'back');
  await engine.restore(access(), { snapshotId, target, include: [], exclude: [], delete: false, args: [] }, control);
  assert.equal(readFileSync(join(target, folder, 'data'), 'utf8'), 'precious');
  await assert.rejects(engine.open(access({ password: 'wrong' }), control), (error) => isCode(error, 'StorageDenied'));

  const elsewhere = {
    ...repository,
    spec: { backend: { ...repository.spec.backend, local: { ...repository.spec.backend.local, subPath: 'other' } } },
  };
  const before = (await deployment())?.metadata?.generation;
  const busy = await served(elsewhere as typeof repository, { inUse: () => true });
  assert.match(JSON.stringify(busy?.unserved), /until the runs that use it have ended/);
  assert.equal((await deployment())?.metadata?.generation, before, 'nobody is interrupted');
  const other = access({ url: busy?.url ?? '' });
  await assert.rejects(engine.open(other, control), (error) => isCode(error, 'RepositoryMissing'));
  await assert.rejects(engine.init(other, control));
  assert.notEqual((await served(elsewhere as typeof repository, { inUse: () => false }))?.unserved, undefined);
  assert.notEqual((await deployment())?.metadata?.generation, before, 'it is replaced once nobody uses it');
});
