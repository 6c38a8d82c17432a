import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '../orders/order.ts';
import { listOrder } from '../orders/testing/order.ts';
import { redactor } from '../secrets/redactor.ts';
import { redactedResult, secretsOf } from './order-secrets.ts';

const access = {
  url: 's3:http://127.0.0.1:9000/bucket',
  env: {
    RESTIC_PASSWORD: 'pw',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AZURE_ACCOUNT_SAS: 'sas',
    AWS_DEFAULT_REGION: 'eu-1',
  },
  files: { SFTP_PRIVATE_KEY: 'pem', RESTIC_CACERT: 'cert' },
  flags: [],
};
const repository = { namespace: 'shop', name: 'repo', access };
const storage = ['pw', 'key', 'sas', 'pem'];

test('the secrets of an order are those of its repositories, its database and its functions; names and regions are none', () => {
  const list = listOrder('one', 'Repository/shop/repo');
  assert.deepEqual(secretsOf({ ...list, task: { type: 'Survey', repository } }), storage);
  const steps = [{ env: { API_TOKEN: 'token', TZ: 'UTC' }, params: { dumpPassword: 'param', auth: 'true', database: 'orders' } }];
  const connection = { type: 'mariadb', host: 'db', password: 'dbpw' };
  const task = { type: 'Backup', repositories: [repository, repository], connection, steps };
  assert.deepEqual(secretsOf({ ...list, task } as unknown as Order), [...storage, 'dbpw', 'token', 'param']);
});

test('secrets are taken out of what people read of a result, and data stays as it is', () => {
  const secrets = redactor(['hunter22']);
  const restored = redactedResult({ type: 'Restore', files: 1, bytes: 2, message: 'as hunter22' }, secrets);
  assert.deepEqual(restored, { type: 'Restore', files: 1, bytes: 2, message: 'as ***' });
  const survey = {
    type: 'Survey' as const,
    repositoryId: 'f',
    snapshots: [],
    locks: [],
    records: { snapshotId: 'a', text: 'hunter22, authenticated' },
  };
  assert.deepEqual(redactedResult(survey, secrets), survey);
});
