import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgentKey, formatAgentKey, parseAgentKey } from './agent-key.ts';

test('a key is read as it was written', () => {
  const keys: [AgentKey, string][] = [
    [{ type: 'pod', namespace: 'shop', pod: 'db-0', container: 'stash' }, 'pod/shop/db-0/stash'],
    [{ type: 'gate', namespace: 'shop', pod: 'db-0' }, 'gate/shop/db-0'],
    [{ type: 'job', namespace: 'shop', job: 'stash-backup-data' }, 'job/shop/stash-backup-data'],
    [{ type: 'repository', namespace: 'ops', name: 's3' }, 'repository/ops/s3'],
  ];
  for (const [key, text] of keys) {
    assert.equal(formatAgentKey(key), text);
    assert.deepEqual(parseAgentKey(text), key);
  }
});

test('what is no key is none', () => {
  for (const text of [
    '',
    'pod',
    'pod/shop',
    'pod/shop/db-0',
    'pod/shop/db-0/stash/more',
    'gate/shop/db-0/stash',
    'pod//db-0/stash',
    'host/shop/db',
  ])
    assert.equal(parseAgentKey(text), undefined, text);
});
