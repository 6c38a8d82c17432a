import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyBasics, configuration, restoreOf } from './testing/manifests.ts';
import type { TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';
import { whileKept } from './while-kept.ts';

const HOUR = 3_600_000;
const operator = operators(({ store }) => applyBasics(store));

/** From now on a command of a hook goes on until it is stopped. Resolves when one has begun. */
function hangingHooks(one: TestOperator): Promise<void> {
  return new Promise((begun) => {
    one.ctx().platform.exec = (_target, _command, { signal }) => {
      begun();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    };
  });
}

test('a hook before the backup is stopped when its session is deleted, and the session goes without a retry', async () => {
  const one = await operator();
  const hooks = { preBackup: { exec: { command: ['wait'] } } };
  await one.store.create('BackupConfiguration', configuration('docs', { hooks, retryConfig: { maxRetry: 2 } }));
  await one.settle();
  await one.clock.advance(HOUR);
  const begun = hangingHooks(one);
  const settling = one.settle();
  await begun;
  const [session] = await one.list('BackupSession');
  await one.store.delete('BackupSession', { namespace: 'shop', name: session?.metadata.name ?? '' });
  await one.clock.advance(2_000);
  await settling;
  assert.deepEqual(await one.list('BackupSession'), []);
});

test('a hook before the restore is stopped when its session is deleted', async () => {
  const one = await operator();
  await one.store.create('BackupConfiguration', configuration('docs'));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  const begun = hangingHooks(one);
  await one.store.create('RestoreSession', restoreOf('back', 'docs', { hooks: { preRestore: { exec: { command: ['wait'] } } } }));
  const settling = one.settle();
  await begun;
  await one.store.delete('RestoreSession', { namespace: 'shop', name: 'back' });
  await one.clock.advance(2_000);
  await settling;
  assert.deepEqual(await one.list('RestoreSession'), []);
});

test('work for what is kept is done, its failure is passed on, and nobody looks any more', async () => {
  const one = await operator();
  const repository = { kind: 'Repository' as const, key: { namespace: 'shop', name: 'repo' } };
  const never = new AbortController().signal;
  assert.equal(await whileKept(one.ctx(), repository, never, async () => one.clock.advance(10_000)), 'done');
  await assert.rejects(
    whileKept(one.ctx(), repository, never, async () => {
      throw new Error('its own');
    }),
    /its own/,
  );
  assert.equal(one.clock.sleepers(), 0);
});
