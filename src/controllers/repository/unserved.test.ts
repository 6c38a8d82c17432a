import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ServedStorage } from '../platform-port.ts';
import { applyBasics } from '../testing/manifests.ts';
import { testOperator } from '../testing/operator.ts';
import { repositoryController } from './reconcile.ts';

const key = { namespace: 'shop', name: 'repo' };
const operator = await testOperator();
after(() => operator.close());
await applyBasics(operator.store);

const error = { code: 'StorageNotServed', message: 'the volume belongs to user 0', remedy: 'Mend it.' };
let unserved: ServedStorage['unserved'];
const ctx = operator.ctx();
const given: string[] = [];
const served = async () => ({ url: 'https://server/', user: 'u', password: 'p', authority: 'PEM', ...(unserved ? { unserved } : {}) });
const desk = { ...ctx.desk, give: (_agent: string, order: { task: { type: string } }) => void given.push(order.task.type) };
const controller = repositoryController({ ...ctx, desk, platform: { ...ctx.platform, served } });
const reconciled = async (now?: ServedStorage['unserved']) => {
  unserved = now;
  await controller.reconcile(key, { signal: new AbortController().signal, clock: operator.clock, log: ctx.log });
  const { status } = (await operator.store.get('Repository', key)) ?? {};
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return { phase: status?.phase, error: status?.error?.code, ready: ready && `${ready.status} ${ready.reason}: ${ready.message}` };
};

test('a server that is being started is waited for, its trouble is said, and the Repository is opened as soon as it serves', async () => {
  const waiting = { phase: 'Pending', error: undefined, ready: 'False StorageStarting: a pod is being started' };
  assert.deepEqual(await reconciled({ waiting: 'a pod is being started' }), waiting);
  const broken = { phase: 'NotReady', error: error.code, ready: `False ${error.code}: ${error.message}` };
  assert.deepEqual(await reconciled({ error }), broken);
  const before = await operator.store.get('Repository', key);
  await reconciled({ error });
  const again = await operator.store.get('Repository', key);
  assert.equal(again?.metadata.resourceVersion, before?.metadata.resourceVersion, 'nothing is written while it stays as it is');
  assert.deepEqual(await reconciled({ waiting: 'a pod is being started' }), waiting, 'what was wrong is forgotten');
  assert.deepEqual(given, []);
  await reconciled(undefined);
  assert.deepEqual(given, ['Probe']);
});

test('one that was Ready stays so while its server is started again, and not when that is in trouble', async () => {
  const stored = await operator.store.get('Repository', key);
  assert.ok(stored);
  const { error: _, ...status } = stored.status ?? {};
  await operator.store.replaceStatus('Repository', { ...stored, status: { ...status, phase: 'Ready' } });
  assert.equal((await reconciled({ waiting: 'a pod is being started' })).phase, 'Ready');
  assert.equal((await reconciled({ error })).phase, 'NotReady');
});
