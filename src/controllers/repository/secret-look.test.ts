import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../runtime/log.ts';
import { applyBasics } from '../testing/manifests.ts';
import type { TestOperator } from '../testing/operator.ts';
import { operators } from '../testing/operators.ts';
import { repositoryController } from './reconcile.ts';

const KEY = { namespace: 'shop', name: 'repo' };
const SECRET = { namespace: 'shop', name: 'storage' };
const operator = operators(({ store }) => applyBasics(store));

/** As a queue does that nobody tells of secrets: when it looks again, in milliseconds. */
async function nextLook(one: TestOperator): Promise<number> {
  const options = { signal: new AbortController().signal, clock: one.clock, log: silentLogger() };
  const result = await repositoryController(one.ctx()).reconcile(KEY, options);
  assert.equal(result.type, 'requeueAfter');
  return result.ms;
}

/** Every probe fails with this, until they are rare. */
async function failing(one: TestOperator, code: string): Promise<void> {
  one.agents.script = () => ({ code, message: 'no', remedy: '' });
  for (let minute = 0; minute < 10; minute++) {
    await one.settle();
    await one.clock.advance(60_000);
  }
  await one.settle();
}

const correct = async ({ store }: TestOperator) => {
  const secret = await store.get('Secret', SECRET);
  assert.ok(secret);
  await store.replace('Secret', { ...secret, data: { RESTIC_PASSWORD: Buffer.from('corrected').toString('base64') } });
};

test('a secret that was corrected is noticed soon, although nobody tells of it, and nothing is tried before', async () => {
  const one = await operator();
  await failing(one, 'WrongPassword');
  const tried = one.agents.begun.length;
  const ms = await nextLook(one);
  assert.ok(ms <= 20_000, `${ms} ms`);
  await one.clock.advance(ms);
  assert.equal(await one.settle(), 0, 'looking costs no write');
  assert.equal(one.agents.begun.length, tried, 'and no probe');
  await correct(one);
  one.agents.script = () => 'Succeeded';
  await one.clock.advance(await nextLook(one));
  await one.settle();
  assert.equal((await one.store.get('Repository', KEY))?.status?.phase, 'Ready');
});

test('a secret that was missing is noticed soon', async () => {
  const one = await operator();
  const secret = await one.store.get('Secret', SECRET);
  assert.ok(secret);
  await one.store.delete('Secret', SECRET);
  await one.settle();
  assert.equal((await one.store.get('Repository', KEY))?.status?.error?.code, 'SecretMissing');
  assert.ok((await nextLook(one)) <= 20_000);
});

test('of trouble that no secret mends nobody looks at the secret', async () => {
  const one = await operator();
  await failing(one, 'StorageUnreachable');
  assert.ok((await nextLook(one)) > 20_000);
});
