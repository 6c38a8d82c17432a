import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conceal } from './conceal.ts';

test('a secret is shown without its values, wherever a manifest may hold them', () => {
  const value = 'hunter2-hunter2';
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"stringData":{"a":"${value}"}}` } },
    data: { RESTIC_PASSWORD: Buffer.from(value).toString('base64') },
    stringData: { other: value },
  };
  const shown = conceal(secret);
  assert.deepEqual(shown.data, { RESTIC_PASSWORD: '<15 bytes>' });
  assert.deepEqual(shown.stringData, { other: '<15 bytes>' });
  assert.ok(!JSON.stringify(shown).includes(value) && !JSON.stringify(shown).includes(Buffer.from(value).toString('base64')));
  assert.equal(secret.stringData.other, value, 'the object itself is left alone');
});

test('other kinds are shown as they are', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } };
  assert.equal(conceal(map), map);
});
