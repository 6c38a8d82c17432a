import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repository, stashFunction } from '../store/conformance/fixture.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { EventRecorder } from './events.ts';
import { createLogger, silentLogger } from './log.ts';
import { testClock } from './test-clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-events-'));
after(() => rmSync(directory, { recursive: true }));

function setUp() {
  const clock = testClock('2026-11-22T10:00:00Z');
  const store = openSqliteStore({ file: join(directory, `${randomUUID()}.db`), clock, newUid: randomUUID });
  const recorder = new EventRecorder({ store, clock, log: silentLogger(), component: 'stash-operator' });
  return { clock, store, recorder };
}

test('an event names the object and what happened', async () => {
  const { store, recorder } = setUp();
  const about = await store.create('Repository', repository('shop', 'r'));
  await recorder.record(about, 'Warning', 'Probe', 'no route');
  const [event] = await store.list('Event', { namespace: 'shop' });
  assert.deepEqual(event?.involvedObject, {
    apiVersion: about.apiVersion,
    kind: 'Repository',
    name: 'r',
    namespace: 'shop',
    uid: about.metadata.uid,
  });
  assert.deepEqual(
    [event?.type, event?.reason, event?.message, event?.source, event?.count, event?.firstTimestamp, event?.lastTimestamp],
    ['Warning', 'Probe', 'no route', { component: 'stash-operator' }, 1, '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
  );
  await store.close();
});

test('the same again is counted, also when both come at once; another message is another event', async () => {
  const { store, recorder, clock } = setUp();
  const about = repository('shop', 'r');
  await Promise.all([recorder.record(about, 'Normal', 'Ready', 'yes'), recorder.record(about, 'Normal', 'Ready', 'yes')]);
  await clock.advance(60_000);
  await recorder.record(about, 'Normal', 'Ready', 'yes');
  await recorder.record(about, 'Normal', 'Ready', 'still');
  const events = (await store.list('Event')).map(({ message, count, firstTimestamp, lastTimestamp }) => [
    message,
    count,
    firstTimestamp,
    lastTimestamp,
  ]);
  assert.deepEqual(events.sort(), [
    ['still', 1, '2026-11-22T10:01:00Z', '2026-11-22T10:01:00Z'],
    ['yes', 3, '2026-11-22T10:00:00Z', '2026-11-22T10:01:00Z'],
  ]);
  await store.close();
});

test('events of cluster-scoped objects are in the namespace default, and long names fit', async () => {
  const { store, recorder } = setUp();
  await recorder.record(stashFunction('f'.repeat(253)), 'Normal', 'Ready', 'yes');
  assert.equal((await store.list('Event', { namespace: 'default' })).length, 1);
  await store.close();
});

test('events older than an hour go at a later write', async () => {
  const { store, recorder, clock } = setUp();
  await recorder.record(repository('shop', 'r'), 'Normal', 'Old', 'old');
  await clock.advance(50 * 60_000);
  await recorder.record(repository('shop', 'r'), 'Normal', 'Young', 'young');
  await clock.advance(11 * 60_000);
  await recorder.record(repository('shop', 'r'), 'Normal', 'New', 'new');
  assert.deepEqual((await store.list('Event')).map(({ reason }) => reason).sort(), ['New', 'Young']);
  await store.close();
});

test('an event that cannot be written is logged and nothing else', async () => {
  const { store, clock } = setUp();
  const written: string[] = [];
  const log = createLogger({ level: 'info', format: 'json', clock, write: (line) => written.push(line) });
  await store.close();
  await new EventRecorder({ store, clock, log, component: 'c' }).record(repository('shop', 'r'), 'Normal', 'Ready', 'yes');
  assert.equal(JSON.parse(written[0] ?? '').error.code, 'StoreUnavailable');
});
