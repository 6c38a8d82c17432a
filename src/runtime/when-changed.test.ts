import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../api/object.ts';
import { whenChanged } from './when-changed.ts';

const object = (uid: string, facts: string): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { namespace: 'shop', name: 'one', uid },
  spec: facts,
});

test('a change is told of once, until the facts, the object itself or its existence are others', async () => {
  let there = true;
  const map = whenChanged<AnyObject>(
    ({ spec }) => spec,
    async () => there,
    () => [{ namespace: 'shop', name: 'woken' }],
  );
  const woken: boolean[] = [];
  const see = async (uid: string, facts: string) => woken.push((await map(object(uid, facts))).length > 0);
  await see('1', 'a');
  await see('1', 'a');
  await see('1', 'b');
  await see('2', 'b');
  there = false;
  await see('2', 'b');
  there = true;
  await see('2', 'b');
  assert.deepEqual(woken, [true, false, true, true, true, true]);
});

test('of an object that is gone nothing but its name is looked at', async () => {
  const map = whenChanged<AnyObject>(
    () => assert.fail('its facts are not known'),
    async () => false,
    ({ metadata }) => [{ namespace: metadata.namespace ?? '', name: metadata.name }],
  );
  assert.deepEqual(await map(object('1', 'a')), [{ namespace: 'shop', name: 'one' }]);
});
