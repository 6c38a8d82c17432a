import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretName, secretValues } from './secret-values.ts';

const SECRET = [
  'RESTIC_PASSWORD AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AZURE_ACCOUNT_KEY AZURE_ACCOUNT_SAS B2_ACCOUNT_KEY ST_KEY OS_PASSWORD',
  'OS_AUTH_TOKEN OS_APPLICATION_CREDENTIAL_SECRET GOOGLE_ACCESS_TOKEN GOOGLE_APPLICATION_CREDENTIALS REST_SERVER_PASSWORD SFTP_PRIVATE_KEY',
  'RESTIC_REST_PASSWORD RCLONE_CONFIG_STASH_KEY_FILE MYSQL_PWD DB_PASS dbPassword api-key authToken AUTH',
];
const NO_SECRET = [
  'AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AZURE_ACCOUNT_NAME AZURE_ENDPOINT_SUFFIX B2_ACCOUNT_ID ST_AUTH ST_USER OS_AUTH_URL OS_USERNAME',
  'OS_APPLICATION_CREDENTIAL_ID OS_APPLICATION_CREDENTIAL_NAME OS_STORAGE_URL GOOGLE_PROJECT_ID RESTIC_CACERT SFTP_KNOWN_HOSTS',
  'HTTPS_PROXY PATH AUTHOR PASSAGE keyColumn accessKeyId TZ',
];
for (const name of SECRET.join(' ').split(' ')) test(`${name} holds a secret`, () => assert.equal(isSecretName(name), true));
for (const name of NO_SECRET.join(' ').split(' ')) test(`${name} holds no secret`, () => assert.equal(isSecretName(name), false));

test('the password of a proxy is secret, and so is the key in a file of keys', () => {
  assert.deepEqual(secretValues({ HTTPS_PROXY: 'http://me:p%40ss@proxy:1', HTTP_PROXY: 'http://proxy:1', NO_PROXY: 'a@b' }), [
    'p%40ss',
    'p@ss',
  ]);
  const file = JSON.stringify({ type: 'service_account', private_key_id: 'number', private_key: '-----BEGIN-----\nMIIE\n' });
  assert.deepEqual(secretValues({ GOOGLE_APPLICATION_CREDENTIALS: file }), [file, '-----BEGIN-----\nMIIE\n']);
});
