import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { AnyObject } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';
import { systemClock } from '../../runtime/clock.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { lineBindingReader } from './line-bindings.ts';

const DATABASE = { apiVersion: 'appcatalog.appscode.com/v1alpha1', kind: 'AppBinding', name: 'orders-db' };

test('what an alias of a database can do follows from its function: physical on one machine, dumps in a cluster, as named where named', async (t) => {
  const store = emptyStore(t);
  const beside = [application()];
  const supports = async (place: 'Machine' | 'Cluster', spec: object = {}) => {
    const bound = (await lineBindingReader(store, place, beside)(configuration(spec))).get('log');
    return bound !== undefined && 'supports' in bound ? bound.supports : bound?.refused.code;
  };
  assert.deepEqual(await supports('Machine'), ['Full', 'Incremental', 'Role', 'Log']);
  assert.deepEqual(await supports('Cluster'), ['Full']);
  assert.deepEqual(await supports('Machine', { task: { name: 'mariadb-dump' } }), ['Full']);
  assert.equal(await supports('Machine', { task: { name: 'mariadb-dumpp' } }), 'FunctionNotFound');
});

test('a function that is applied with the configuration, or is in the store, counts', async (t) => {
  const store = emptyStore(t);
  const spec = { task: { name: 'own' } };
  const applied = await lineBindingReader(store, 'Machine', [application(), own()])(configuration(spec));
  assert.deepEqual(applied.get('log'), { supports: ['Full', 'Log'] });
  await store.create('Function', own() as never);
  await store.create('AppBinding', application() as never);
  assert.deepEqual((await lineBindingReader(store, 'Machine')(configuration(spec))).get('log'), { supports: ['Full', 'Log'] });
});

test('nothing is told of a database that is not there yet, of what this user may not see, or where the operator has spoken', async (t) => {
  const store = emptyStore(t);
  assert.equal((await lineBindingReader(store, 'Machine')(configuration())).size, 0);
  const limited: Store = { ...store, list: () => Promise.reject(new StashError('Forbidden', 'may not list Functions')) };
  const reader = lineBindingReader(limited, 'Machine', [application()]);
  assert.equal((await reader(configuration({ task: { name: 'unseen' } }))).size, 0);
  assert.equal((await reader(configuration())).size, 1, 'what ships is known to all');
  const judged = { ...configuration(), status: { observedGeneration: 1 } };
  assert.equal((await lineBindingReader(store, 'Machine', [application()])(judged)).size, 0);
});

function emptyStore(t: TestContext): Store {
  const directory = mkdtempSync(join(tmpdir(), 'stash-bindings-'));
  const store = openSqliteStore({ file: join(directory, 'store.db'), clock: systemClock, newUid: randomUUID });
  t.after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return store;
}

function configuration(spec: object = {}): BackupConfiguration {
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { name: 'orders-db', namespace: 'shop', generation: 1 },
    spec: {
      driver: 'Restic',
      backupHistoryLimit: 1,
      repository: { name: 'repo' },
      execOps: [{ alias: 'log', schedule: '* * * * *' }],
      target: { ref: DATABASE },
      ...spec,
    },
  };
}

function application(): AnyObject {
  return {
    apiVersion: DATABASE.apiVersion,
    kind: 'AppBinding',
    metadata: { name: 'orders-db', namespace: 'shop' },
    spec: { type: 'mariadb', version: '10.11', clientConfig: { url: 'tcp(127.0.0.1:3306)/' } },
  };
}

function own(): AnyObject {
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'Function',
    metadata: { name: 'own' },
    spec: { supports: ['Full', 'Log'], command: ['/opt/own'], source: 'Stage' },
  };
}
