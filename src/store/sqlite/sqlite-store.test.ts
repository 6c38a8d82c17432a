import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { systemClock } from '../../runtime/clock.ts';
import { configMap, rejectsWith } from '../conformance/fixture.ts';
import { storeConformance } from '../conformance.ts';
import { openSqliteStore } from './sqlite-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-store-'));
after(() => rmSync(directory, { recursive: true }));

const newFile = () => join(directory, randomUUID(), 'store.db');
const open = (file: string, tombstones?: number) =>
  openSqliteStore({ file, clock: systemClock, newUid: randomUUID, ...(tombstones === undefined ? {} : { tombstones }) });

storeConformance('SQLite', async () => {
  const file = newFile();
  return { store: open(file), reopen: async () => open(file), close: async () => {} };
});

test('the files are readable for their user alone', async () => {
  const file = newFile();
  const store = open(file);
  await store.create('ConfigMap', configMap('ns', 'a'));
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
  for (const name of readdirSync(join(file, '..'))) assert.equal(statSync(join(file, '..', name)).mode & 0o777, 0o600, name);
  await store.close();
  chmodSync(file, 0o644);
  await open(file).close();
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

for (const { name, prepare, says } of [
  {
    name: 'a file that is no database',
    prepare: (file: string) => writeFileSync(file, 'no database\n'.repeat(1000)),
    says: /not an SQLite/,
  },
  { name: "another program's database", prepare: (file: string) => sql(file, 'CREATE TABLE t (a)'), says: /another program/ },
  { name: 'a newer schema', prepare: (file: string) => makeNewer(file), says: /schema version 99.*versions up to 1/ },
  { name: 'a directory in place of the file', prepare: () => {}, says: /EISDIR|could not be opened/ },
]) {
  test(`${name} is refused with StoreUnavailable and a message that says so`, () => {
    const file = name.startsWith('a directory') ? directory : join(directory, randomUUID());
    prepare(file);
    assert.throws(
      () => open(file),
      (error) => isCode(error, 'StoreUnavailable') && says.test(error.message) && error.remedy !== '',
    );
  });
}

test("another program's database is left as it is", () => {
  const file = join(directory, randomUUID());
  sql(file, 'CREATE TABLE t (a)');
  chmodSync(file, 0o644);
  const before = readFileSync(file);
  assert.throws(() => open(file));
  assert.deepEqual(readFileSync(file), before);
  assert.equal(statSync(file).mode & 0o777, 0o644);
});

test('a file that is damaged in the middle answers StoreUnavailable', async () => {
  const file = newFile();
  const store = open(file);
  for (let n = 0; n < 50; n++) await store.create('ConfigMap', { ...configMap('ns', `n${n}`), data: { text: 'x'.repeat(3000) } });
  await store.close();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(8192, 0xa5), 0, 8192, statSync(file).size - 8192);
  closeSync(handle);
  const damaged = open(file);
  await rejectsWith(damaged.list('ConfigMap'), 'StoreUnavailable');
  await damaged.close();
});

test('a closed store answers StoreUnavailable', async () => {
  const store = open(newFile());
  await store.close();
  await store.close();
  await rejectsWith(store.list('ConfigMap'), 'StoreUnavailable');
});

test('a watcher that fell behind the remembered deletions is told of them all the same', async () => {
  const store = open(newFile(), 3);
  const stop = new AbortController();
  for (let n = 0; n < 100; n++) await store.create('ConfigMap', configMap('ns', `n${n}`));
  const events = store.watch(['ConfigMap'], { signal: stop.signal })[Symbol.asyncIterator]();
  const told = new Set<string>();
  const take = async () => {
    const { value: event } = await events.next();
    if (event?.type === 'Added') told.add(event.object.metadata.name);
    if (event?.type === 'Deleted') assert.ok(told.delete(event.object.metadata.name), 'told twice');
    return event;
  };
  while ((await take())?.type !== 'Synced');
  assert.equal(told.size, 100);
  for (let n = 0; n < 95; n++) await store.delete('ConfigMap', { namespace: 'ns', name: `n${n}` });
  await store.create('ConfigMap', configMap('ns', 'new'));
  const left = ['n95', 'n96', 'n97', 'n98', 'n99', 'new'];
  while (!isDeepStrictEqual([...told].sort(), left)) await take();
  stop.abort();
  await store.close();
});

test('what a Secret held does not outlive it in the file', async () => {
  const file = newFile();
  const store = open(file);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'ns' }, data: { key: 'Z2VoZWlt' } };
  await store.delete('Secret', keyOf(await store.create('Secret', secret)));
  await store.close();
  const db = new DatabaseSync(file);
  const bodies = db
    .prepare('SELECT body FROM objects UNION ALL SELECT body FROM tombstones')
    .all()
    .map(({ body }) => String(body));
  db.close();
  assert.equal(bodies.length, 1);
  assert.ok(!bodies.join().includes('Z2VoZWlt'));
});

test('a write waits for another process that holds the lock, without stopping this one', async () => {
  const file = newFile();
  const store = open(file);
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const write = store.create('ConfigMap', configMap('ns', 'waits'));
  assert.equal(await store.get('ConfigMap', { namespace: 'ns', name: 'waits' }), undefined);
  await systemClock.sleep(200);
  other.exec('COMMIT');
  other.close();
  assert.equal((await write).metadata.name, 'waits');
  await store.close();
});

function sql(file: string, text: string): void {
  const db = new DatabaseSync(file);
  db.exec(text);
  db.close();
}

function makeNewer(file: string): void {
  const store = open(file);
  void store.close();
  sql(file, 'PRAGMA user_version = 99');
}
