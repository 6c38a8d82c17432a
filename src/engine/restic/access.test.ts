import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { openAccess } from './access.ts';
import { silentEndpoint } from './answer.ts';
import { azureByRclone } from './azure-by-rclone.ts';
import { isAtLeast } from './version.ts';

const folder = mkdtempSync(join(tmpdir(), 'stash-access-'));
after(() => rmSync(folder, { recursive: true }));

test('secret files are private, named in environment and flags, and gone afterwards', async () => {
  const opened = await openAccess(
    { url: 'u', env: { A: 'b' }, files: { KEY: 'content' }, flags: ['-o', 'x={file:KEY} {file:OTHER}', '{file:SSH_LOG}'] },
    folder,
  );
  const path = opened.env.KEY ?? '';
  const log = join(dirname(path), 'SSH_LOG');
  assert.equal(await opened.sshLog(), '');
  writeFileSync(log, 'Permission denied');
  assert.equal(await opened.sshLog(), 'Permission denied');
  assert.equal(readFileSync(path, 'utf8'), 'content');
  assert.deepEqual([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777], [0o600, 0o700]);
  assert.deepEqual([opened.flags, opened.env.A, opened.env.RESTIC_REPOSITORY], [['-o', `x=${path} {file:OTHER}`, log], 'b', 'u']);
  await opened.dispose();
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(openAccess({ url: 'u', env: {}, files: { KEY: '' }, flags: [] }, join(folder, 'none')), (error) =>
    isCode(error, 'StageUnusable'),
  );
});

test('Azure by way of rclone is the same container, prefix and account', () => {
  const access = {
    url: 'azure:backups://shop/orders',
    env: { RESTIC_PASSWORD: 'p', AZURE_ACCOUNT_NAME: 'acc', AZURE_ACCOUNT_KEY: 'key', AZURE_ENDPOINT_SUFFIX: 'localhost:1' },
    files: { RESTIC_CACERT: 'cert' },
    flags: ['-o', 'azure.connections=3', '-o', 'azure.access-tier=Hot'],
  };
  assert.deepEqual(azureByRclone(access, '/bin/rclone'), {
    url: 'rclone:stash:backups/shop/orders',
    env: {
      RESTIC_PASSWORD: 'p',
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_STASH_TYPE: 'azureblob',
      RCLONE_CONFIG_STASH_ACCOUNT: 'acc',
      RCLONE_CONFIG_STASH_ENDPOINT: 'blob.localhost:1',
      RCLONE_CONFIG_STASH_KEY: 'key',
    },
    files: { RESTIC_CACERT: 'cert', RCLONE_CA_CERT: 'cert' },
    flags: ['-o', 'rclone.program=/bin/rclone', '-o', 'rclone.connections=3'],
  });
  const sas = azureByRclone(
    { url: 'azure:c:/', env: { AZURE_ACCOUNT_NAME: 'acc', AZURE_ACCOUNT_SAS: '?sv=1&sig=2' }, files: {}, flags: [] },
    'r',
  );
  assert.equal(sas.env.RCLONE_CONFIG_STASH_SAS_URL, 'https://acc.blob.core.windows.net/c?sv=1&sig=2');
});

test('the endpoints of storages that keep silent are known', () => {
  const cases: [string, Record<string, string>, unknown][] = [
    ['gs:b:/', {}, { host: 'storage.googleapis.com', port: 443 }],
    ['gs:b:/', { STORAGE_EMULATOR_HOST: '127.0.0.1:9000' }, { host: '127.0.0.1', port: 9000 }],
    ['azure:c:/', { AZURE_ACCOUNT_NAME: 'acc' }, { host: 'acc.blob.core.windows.net', port: 443 }],
    ['azure:c:/', { AZURE_ACCOUNT_NAME: 'acc', HTTPS_PROXY: 'http://proxy:3128' }, { host: 'proxy', port: 3128 }],
    ['s3:h/b', {}, undefined],
    ['/local', {}, undefined],
  ];
  for (const [url, env, expected] of cases) assert.deepEqual(silentEndpoint({ url, env, files: {}, flags: [] }), expected);
});

test('versions are compared by number', () => {
  const cases: [string, string, boolean][] = [
    ['0.19.1', '0.19.0', true],
    ['0.9.6', '0.19.0', false],
    ['1.0', '0.19.0', true],
    ['0.19.0-dev', '0.19.0', true],
    ['0.14.0', '0.19.0', false],
  ];
  for (const [version, oldest, expected] of cases) assert.equal(isAtLeast(version, oldest), expected, version);
});
