import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invokerOf } from '../../rules/invoker.ts';
import { batch, configuration, sessionOf } from '../testing/manifests.ts';
import { retryOf, sessionForTick, tickName } from './objects.ts';

const tick = new Date('2026-11-22T10:00:00Z');
const docs = invokerOf(configuration('docs', { retryConfig: { maxRetry: 2 } }));

test('a session of a tick names its invoker, alias and tick, is owned by it, and is found by its labels', () => {
  const session = sessionForTick(docs, docs.operations[0] ?? assert.fail(), tick, false);
  assert.match(session.metadata.name, /^docs-backup-20261122100000-[0-9a-z]{5}$/);
  assert.equal(session.metadata.labels?.['stash.appscode.com/invoker-name'], 'docs');
  assert.equal(session.metadata.ownerReferences?.[0]?.name, 'docs');
  assert.deepEqual([session.spec.trigger, session.spec.retryLeft, session.spec.members], ['Schedule', 2, undefined]);
});

test('no two lines share the name of a tick, and a line has the same one each time', () => {
  const all = invokerOf(
    batch('all', { a: { execOps: [{ alias: 'full', schedule: '@hourly' }] }, b: {} }, { execOps: [{ alias: 'full', schedule: '@daily' }] }),
  );
  const names = () => all.operations.map((line) => tickName(all, line, tick));
  assert.equal(new Set(names()).size, 2);
  assert.deepEqual(names(), names());
});

test('each retry has a name of its own, also when two sessions of one tick fail, or several that were made by hand', () => {
  const failed = (name: string, retryLeft: number) => sessionOf(name, { name: 'docs' }, { alias: 'full', retryLeft });
  const names = [failed('one', 2), failed('one', 1), failed('two', 2)].map((session) => retryOf(docs, session).metadata.name);
  assert.equal(new Set(names).size, 3);
  const again = retryOf(docs, failed('one', 2));
  assert.equal(again.metadata.name, names[0]);
  assert.deepEqual([again.spec.trigger, again.spec.retryLeft, again.spec.retryOf], ['Retry', 1, 'one']);
});
