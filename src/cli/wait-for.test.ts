import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { KindMap } from '../api/kinds.ts';
import { isCode } from '../errors/error.ts';
import { systemClock } from '../runtime/clock.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { waitFor } from './wait-for.ts';

let directory: string;
let store: Store;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stash-wait-'));
  store = openSqliteStore({ file: join(directory, 'store.db'), clock: systemClock, newUid: randomUUID });
});
after(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const running = { signal: new AbortController().signal };
const key = (name: string) => ({ namespace: 'default', name });

test('an object that is changed and gone at once is seen as it was last', async () => {
  const map = await create('short-lived');
  const last = await new Promise<KindMap['ConfigMap'] | undefined>((resolve, reject) => {
    waitFor(running, store, {
      kind: 'ConfigMap',
      key: key('short-lived'),
      what: 'it',
      until: (now, before) => {
        if (now === undefined) resolve(before);
        else if (now.data?.state === undefined) void finish(map).catch(reject);
        return now === undefined;
      },
    }).catch(reject);
  });
  assert.equal(last?.data?.state, 'done');
});

test('what is not there is told once everything there is was seen', async () => {
  await create('other');
  const states: unknown[] = [];
  const found = await waitFor(running, store, { kind: 'ConfigMap', key: key('missing'), what: 'it', until: (now) => states.push(now) > 0 });
  assert.deepEqual([found, states], [undefined, [undefined]]);
});

test('the time given and the signal end the wait, each with its own code', async () => {
  await create('waited-for');
  const wait = { kind: 'ConfigMap' as const, key: key('waited-for'), what: 'it', until: () => false };
  await assert.rejects(waitFor(running, store, { ...wait, timeoutMs: 1 }), (error) => isCode(error, 'TimedOut'));
  const stop = new AbortController();
  const until = () => {
    stop.abort();
    return false;
  };
  await assert.rejects(waitFor({ signal: stop.signal }, store, { ...wait, until }), (error) => isCode(error, 'Interrupted'));
});

function create(name: string): Promise<KindMap['ConfigMap']> {
  return store.create('ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', metadata: key(name), data: {} });
}

async function finish(map: KindMap['ConfigMap']): Promise<void> {
  await store.replace('ConfigMap', { ...map, data: { state: 'done' } });
  await store.delete('ConfigMap', key(map.metadata.name));
}
