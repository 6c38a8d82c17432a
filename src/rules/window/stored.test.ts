import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../engine/engine.ts';
import { logSpan } from '../log/log-tags.ts';
import { intervalsOf } from './intervals.ts';
import { recoverableInterval } from './recoverable.ts';
import { storedOf } from './stored.ts';

const TARGET = 'demo/AppBinding/db';
const TIME = '2026-11-22T10:00:00Z';
const FULL = { chain: 'c1', link: 'full', gtid: '0-1-4', time: TIME };
const LOG = { series: 'log', timeline: 'aaaaaaaa', from: '', gtid: '0-1-9', since: TIME, until: TIME, continues: 'c1.0' };

const tagsOf = (tags: Record<string, string>) => Object.entries({ target: TARGET, ...tags }).map(([name, text]) => `stash.${name}=${text}`);
const snapshot = (id: string, tags: Record<string, string>) =>
  ({ id, host: 'a', time: TIME, paths: ['/stage'], tags: tagsOf(tags), tree: '' }) as Snapshot;

for (const [name, text] of [
  ['from', '0-1-x'],
  ['gtid', `0-1-9${'+1-1-1'.repeat(1000)}`],
  ['until', '+275000-01-01T00:00:00Z'],
  ['until', '9999-12-31T23:59:59-12:00'],
  ['since', 'never'],
  ['timeline', 'a b'],
  ['continues', 'c1.x'],
  ['follows', 'bbbbbbbb@0-1-x'],
  ['follows', 'bbbbbbbb'],
] as const)
  test(`a log whose stash.${name} is "${text.slice(0, 30)}" does not count, and what counts is told without it`, () => {
    const stored = storedOf([snapshot('full', FULL), snapshot('log', LOG), snapshot('bad', { ...LOG, [name]: text })], TARGET, new Set());
    assert.deepEqual(
      stored.logs.map(({ id }) => id),
      ['log'],
    );
    assert.equal(intervalsOf(stored).map((one) => recoverableInterval(one, 'demo/repo')).length, 1);
    assert.equal(logSpan(tagsOf({ ...LOG, [name]: text })), undefined);
    assert.ok(logSpan(tagsOf(LOG)));
  });

for (const [name, text] of [
  ['time', 'never'],
  ['gtid', '0-1-x'],
  ['link', 'incremental-99999999999999999999'],
  ['chain', ''],
] as const)
  test(`a link of a chain whose stash.${name} is "${text}" does not count`, () => {
    const stored = storedOf([snapshot('full', FULL), snapshot('bad', { ...FULL, [name]: text })], TARGET, new Set());
    assert.deepEqual(
      stored.bases.map(({ id }) => id),
      ['full'],
    );
  });
