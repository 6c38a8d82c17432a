import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLine, messages, readDocument, readLine } from './messages.ts';
import { progressReader } from './progress.ts';
import { isSelected, readSnapshots } from './snapshots.ts';

const ID = 'ab'.repeat(32);

test('lines that are not of the form are passed over', () => {
  const text = `plain text\n{"message_type":"status"}\n{broken\n{"message_type":"initialized","id":"x","repository":"r"}\n`;
  assert.deepEqual(findLine(messages.initialized, text)?.id, 'x');
  assert.equal(findLine(messages.exitError, text), undefined);
  assert.equal(readLine(messages.backupSummary, '{"message_type":"summary","dry_run":true}'), undefined);
  assert.throws(() => readDocument(messages.snapshots, '{"no":"array"}', 'snapshots'), /restic snapshots printed something unexpected/);
});

test('status lines of backup and restore become progress, whatever restic leaves out of them', () => {
  const seen: unknown[] = [];
  const read = progressReader({ signal: new AbortController().signal, timeoutMs: 1, onProgress: (progress) => seen.push(progress) });
  read('{"message_type":"status","percent_done":0.5,"total_files":4,"files_done":2,"total_bytes":10,"bytes_done":5}');
  read('{"message_type":"status","percent_done":1.2,"total_files":4,"files_restored":4,"total_bytes":10,"bytes_restored":10}');
  read('{"message_type":"status","percent_done":0}');
  read('{"message_type":"summary"}');
  assert.deepEqual(seen, [
    { done: 0.5, bytesDone: 5, bytesTotal: 10, filesDone: 2, filesTotal: 4 },
    { done: 1, bytesDone: 10, bytesTotal: 10, filesDone: 4, filesTotal: 4 },
    { done: 0, bytesDone: 0, bytesTotal: 0, filesDone: 0, filesTotal: 0 },
  ]);
});

test('snapshots of older restic lack a summary, and are read all the same', () => {
  const old = `[{"id":"${ID}","time":"2020-01-01T00:00:00Z","tree":"t","paths":["/a"],"hostname":"h"}]`;
  assert.deepEqual(readSnapshots(old), [{ id: ID, time: '2020-01-01T00:00:00Z', host: 'h', paths: ['/a'], tags: [], tree: 't' }]);
});

test('a filter selects by host, all tags, all paths and ids', () => {
  const snapshot = { id: ID, time: '', host: 'h', paths: ['/a', '/b'], tags: ['x', 'y'], tree: '' };
  assert.equal(isSelected(snapshot, {}), true);
  assert.equal(isSelected(snapshot, { hosts: ['g', 'h'], tags: ['y', 'x'], paths: ['/b'], ids: [ID] }), true);
  for (const filter of [{ hosts: ['g'] }, { tags: ['x', 'z'] }, { paths: ['/'] }, { ids: [] }])
    assert.equal(isSelected(snapshot, filter), false);
});
