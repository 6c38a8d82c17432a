import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder, isOwn } from './own-objects.ts';

const ID = 'a1'.repeat(32);

test('only names that restic gives are the own objects of a repository', () => {
  const own = ['config', `data/${ID}`, `data/a1/${ID}`, `index/${ID}`, `keys/${ID}`, `locks/${ID}`, `snapshots/${ID}`];
  const foreign = [
    '',
    'configuration',
    'old/config',
    ID,
    `data/a1/old/${ID}`,
    `data/xy/${ID}`,
    `data/${ID.slice(1)}`,
    `data/${ID.toUpperCase()}`,
    `keys/a1/${ID}`,
    `keys/../${ID}`,
    `more/keys/${ID}`,
    `snapshots/${ID}.bak`,
    `snapshots/${ID}\n`,
  ];
  assert.deepEqual([...own, ...foreign].filter(isOwn), own);
});

test('the keys go last, after the config, so that a removal that was cut off is known as such', () => {
  assert.deepEqual(inOrder([`keys/${ID}`, 'config', `index/${ID}`, `data/a1/${ID}`]), [
    [`index/${ID}`, `data/a1/${ID}`],
    ['config'],
    [`keys/${ID}`],
  ]);
  assert.deepEqual(inOrder([]), []);
});
