import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '../orders/order.ts';
import { listOrder } from '../orders/testing/order.ts';
import { secretsOf } from './order-secrets.ts';

const access = {
  url: 's3:http://127.0.0.1:9000/bucket',
  env: { RESTIC_PASSWORD: 'pw', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_DEFAULT_REGION: 'eu-1' },
  files: { GOOGLE_APPLICATION_CREDENTIALS: '{json}' },
  flags: [],
};
const repository = { namespace: 'shop', name: 'repo', access };

test('the secrets of an order are those of its repositories and of its database; regions and addresses are none', () => {
  const list = listOrder('one', 'Repository/shop/repo');
  const storage = ['pw', 'id', 'key', '{json}'];
  assert.deepEqual(secretsOf({ ...list, task: { type: 'List', repository, hosts: [] } }), storage);
  const task = { type: 'Backup', repositories: [repository, repository], connection: { type: 'mariadb', host: 'db', password: 'dbpw' } };
  assert.deepEqual(secretsOf({ ...list, task } as unknown as Order), [...storage, ...storage, 'dbpw']);
});
