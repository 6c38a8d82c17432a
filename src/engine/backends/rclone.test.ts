import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Backend } from '../../api/backend.ts';
import { isCode } from '../../errors/error.ts';
import { accessOf } from './access.ts';
import { rcloneRemote } from './rclone.ts';

function remote(backend: Omit<Backend, 'storageSecretName'>, secret: Record<string, string> = {}) {
  const spec = { backend: { storageSecretName: 'storage', ...backend } };
  const found = rcloneRemote(accessOf({ name: 'repo', namespace: 'shop', spec }, { RESTIC_PASSWORD: 'pw', ...secret }));
  const env = Object.fromEntries(Object.entries(found.env).map(([name, value]) => [name.replace('RCLONE_CONFIG_STASH_', ''), value]));
  return { ...found, env };
}

const SFTP = { SFTP_PRIVATE_KEY: 'key', SFTP_KNOWN_HOSTS: 'nas ssh-rsa AAAA\nnas ssh-ed25519 AAAB' };

test('the path is the one under which restic has its objects', () => {
  const cases: [Omit<Backend, 'storageSecretName'>, string, Record<string, string>?][] = [
    [{ s3: { endpoint: 's3.amazonaws.com', bucket: 'demo', prefix: '/source/data' } }, 'stash:demo/source/data'],
    [{ s3: { endpoint: 'http://minio:9000', bucket: 'demo', prefix: 'a b/50%' } }, 'stash:demo/a b/50%'],
    [{ s3: { endpoint: 'minio', bucket: 'demo' } }, 'stash:demo'],
    [{ gcs: { bucket: 'demo', prefix: '/demo//dir/' } }, 'stash:demo/demo/dir'],
    [{ gcs: { bucket: 'demo' } }, 'stash:demo'],
    [{ azure: { container: 'demo', prefix: 'a/b' } }, 'stash:demo/a/b'],
    [{ swift: { container: 'demo', prefix: 'a' } }, 'stash:demo/a'],
    [{ swift: { container: 'demo' } }, 'stash:demo'],
    [{ sftp: { host: 'nas', path: '/srv/back up' } }, 'stash:/srv/back up', SFTP],
  ];
  for (const [backend, expected, secret] of cases) assert.equal(remote(backend, secret).path, expected);
});

test('credentials, endpoint and certificate are the same, in environment and files alone', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', CA_CERT_DATA: 'cert', HTTPS_PROXY: 'http://p:1' };
  const s3 = remote({ s3: { endpoint: 'https://minio:9000', bucket: 'b', region: 'eu-1', insecureTLS: true } }, keys);
  assert.deepEqual(s3.env, {
    HTTPS_PROXY: 'http://p:1',
    RCLONE_CONFIG: '/dev/null',
    RCLONE_NO_CHECK_CERTIFICATE: 'true',
    TYPE: 's3',
    PROVIDER: 'Other',
    ACCESS_KEY_ID: 'id',
    SECRET_ACCESS_KEY: 'secret',
    ENDPOINT: 'https://minio:9000',
    REGION: 'eu-1',
    FORCE_PATH_STYLE: 'true',
    NO_CHECK_BUCKET: 'true',
  });
  assert.deepEqual(s3.files, { RCLONE_CA_CERT: 'cert' });
  const amazon = remote({ s3: { endpoint: 's3.eu-central-1.amazonaws.com', bucket: 'b' } }).env;
  assert.deepEqual(
    [amazon.PROVIDER, amazon.REGION, amazon.ENDPOINT, amazon.ENV_AUTH],
    ['AWS', 'eu-central-1', 'https://s3.eu-central-1.amazonaws.com', 'true'],
  );
  assert.equal(remote({ s3: { endpoint: 's3.amazonaws.com', bucket: 'b' } }).env.ENDPOINT, undefined);
  const gcs = remote({ gcs: { bucket: 'b' } }, { GOOGLE_SERVICE_ACCOUNT_JSON_KEY: '{}' });
  assert.deepEqual(gcs.files, { RCLONE_CONFIG_STASH_SERVICE_ACCOUNT_FILE: '{}' });
  assert.equal(remote({ gcs: { bucket: 'b' } }, { GOOGLE_ACCESS_TOKEN: 't' }).env.TOKEN, '{"access_token":"t","token_type":"Bearer"}');
  const swift = remote({ swift: { container: 'c' } }, { OS_AUTH_URL: 'https://k', OS_PASSWORD: 'p' }).env;
  assert.deepEqual([swift.ENV_AUTH, swift.OS_AUTH_URL, swift.OS_PASSWORD], ['true', 'https://k', 'p']);
  const sftp = remote({ sftp: { host: '::1', port: 2222, user: 'b@ck', path: '/x' } }, SFTP);
  assert.deepEqual([sftp.env.HOST, sftp.env.PORT, sftp.env.USER], ['::1', '2222', 'b@ck']);
  assert.equal(sftp.env.HOST_KEY_ALGORITHMS, 'rsa-sha2-512 rsa-sha2-256 ssh-rsa ssh-ed25519');
  assert.deepEqual(Object.keys(sftp.files), ['RCLONE_CONFIG_STASH_KEY_FILE', 'RCLONE_CONFIG_STASH_KNOWN_HOSTS_FILE']);
  for (const { env } of [s3, gcs, sftp]) assert.ok(!('RESTIC_PASSWORD' in env));
});

test('what rclone would look for in another place, or not at all, is refused', () => {
  const cases: [Omit<Backend, 'storageSecretName'>, Record<string, string>?][] = [
    [{ swift: { container: 'demo', prefix: '/a' } }],
    [{ local: { mountPath: '/srv' } }],
    [{ b2: { bucket: 'b' } }, { B2_ACCOUNT_ID: 'i', B2_ACCOUNT_KEY: 'k' }],
    [{ rest: { url: 'http://r/' } }],
  ];
  for (const [backend, secret] of cases)
    assert.throws(
      () => remote(backend, secret),
      (error) => isCode(error, 'BackendUnsupported'),
    );
});
