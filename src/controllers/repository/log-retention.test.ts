import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../engine/engine.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { removableLogSnapshots } from './log-retention.ts';

const TARGET = 'demo/AppBinding/db';
const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;

function log(id: string, to: number, until: string): Snapshot {
  const tags = { target: TARGET, series: 'log', timeline: 'aaaaaaaa', from: '', gtid: `0-1-${to}`, since: at(0), until, continues: 'c1.0' };
  const texts = Object.entries(tags).map(([name, text]) => `stash.${name}=${text}`);
  return { id, host: 'db', time: at(to), paths: ['/stage'], tags: texts, tree: '' } as Snapshot;
}
const record = (id: string, minute: number, more: Partial<RecordEntry> = {}): RecordEntry => {
  return { id, time: at(minute), target: TARGET, host: 'db', operation: 'Log', complete: true, ...more };
};
const full = { ...log('full', 4, at(4)), tags: [`stash.target=${TARGET}`, 'stash.chain=c1', 'stash.link=full', 'stash.gtid=0-1-4'] };
const gone = (newest: Snapshot, entry: RecordEntry[]) =>
  removableLogSnapshots([full, log('old', 9, at(9)), newest], [record('full', 4), record('old', 9), ...entry], []);

test('the newest log lets the one before it go', () => assert.deepEqual(gone(log('new', 12, at(12)), [record('new', 12)]), ['old']));

for (const [what, newest, entries] of [
  ['that nobody recorded', log('new', 12, at(12)), []],
  ['recorded of another target', log('new', 12, at(12)), [record('new', 12, { target: 'demo/AppBinding/other' })]],
  ['recorded of another host', log('new', 12, at(12)), [record('new', 12, { host: 'other' })]],
  ['recorded as incomplete', log('new', 12, at(12)), [record('new', 12, { complete: false })]],
  ['that says more than there was when it was recorded', log('new', 12, at(40)), [record('new', 12)]],
] as const)
  test(`a log ${what} lets no other go`, () => assert.deepEqual(gone(newest, [...entries]), []));
