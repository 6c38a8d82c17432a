import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Backend } from '../../api/backend.ts';
import { isCode, type StashError } from '../../errors/error.ts';
import { accessOf, urlOf } from './access.ts';

function access(backend: Omit<Backend, 'storageSecretName'>, secret: Record<string, string> = {}) {
  return accessOf(
    { name: 'repo', namespace: 'shop', spec: { backend: { storageSecretName: 'storage', ...backend } } },
    { RESTIC_PASSWORD: 'pw', ...secret },
  );
}

test('the URL is the one Stash makes', () => {
  const cases: [Omit<Backend, 'storageSecretName'>, string][] = [
    [{ local: { mountPath: '/srv/backup' } }, '/srv/backup'],
    [{ local: { mountPath: '/srv/backup', subPath: 'a/b' } }, '/srv/backup/a/b'],
    [{ local: { mountPath: '/safe/data', hostPath: { path: '/data/stash' } } }, '/data/stash'],
    [{ s3: { endpoint: 's3.amazonaws.com', bucket: 'demo', prefix: '/source/data' } }, 's3:s3.amazonaws.com/demo/source/data'],
    [{ s3: { endpoint: 'http://minio.storage.svc:9000/', bucket: 'demo' } }, 's3:http://minio.storage.svc:9000/demo'],
    [{ gcs: { bucket: 'demo', prefix: '/demo/dir' } }, 'gs:demo://demo/dir'],
    [{ gcs: { bucket: 'demo' } }, 'gs:demo:/'],
    [{ azure: { container: 'demo', prefix: 'a' } }, 'azure:demo:/a'],
    [{ swift: { container: 'demo', prefix: '/a' } }, 'swift:demo://a'],
    [{ rest: { url: 'http://rest.example:8000/shop' } }, 'rest:http://rest.example:8000/shop'],
    [{ sftp: { host: 'nas', path: '/srv/backup' } }, 'sftp://nas:22//srv/backup'],
    [{ sftp: { host: '::1', port: 2222, user: 'b@ck', path: '/x' } }, 'sftp://b%40ck@[::1]:2222//x'],
  ];
  const keys = { SFTP_PRIVATE_KEY: 'key', SFTP_KNOWN_HOSTS: 'hosts' };
  for (const [backend, url] of cases) {
    assert.equal(access(backend, keys).url, url);
    assert.equal(urlOf({ name: 'repo', namespace: 'shop', spec: { backend } }), url, 'also without a secret');
  }
  assert.equal(access({ b2: { bucket: 'demo', prefix: 'p' } }, { B2_ACCOUNT_ID: 'i', B2_ACCOUNT_KEY: 'k' }).url, 'b2:demo:/p');
});

test('keys of the secret become environment, files and flags', () => {
  assert.deepEqual(
    access(
      { s3: { endpoint: 'e', bucket: 'b', region: 'eu-1', insecureTLS: true } },
      { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', CA_CERT_DATA: 'cert' },
    ),
    {
      url: 's3:e/b',
      env: { RESTIC_PASSWORD: 'pw', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_DEFAULT_REGION: 'eu-1' },
      files: { RESTIC_CACERT: 'cert' },
      flags: ['--insecure-tls'],
    },
  );
  const gcs = access({ gcs: { bucket: 'b', maxConnections: 7 } }, { GOOGLE_PROJECT_ID: 'p', GOOGLE_SERVICE_ACCOUNT_JSON_KEY: '{}' });
  assert.deepEqual(
    [gcs.env, gcs.files, gcs.flags],
    [{ RESTIC_PASSWORD: 'pw', GOOGLE_PROJECT_ID: 'p' }, { GOOGLE_APPLICATION_CREDENTIALS: '{}' }, ['-o', 'gs.connections=7']],
  );
  const rest = access({ rest: { url: 'http://r/' } }, { REST_SERVER_USERNAME: 'u', REST_SERVER_PASSWORD: 'p' });
  assert.deepEqual(rest.env, { RESTIC_PASSWORD: 'pw', RESTIC_REST_USERNAME: 'u', RESTIC_REST_PASSWORD: 'p' });
  const swift = access({ swift: { container: 'c' } }, { OS_AUTH_URL: 'https://k', OS_PASSWORD: 'p', UNRELATED: 'x' });
  assert.deepEqual(swift.env, { RESTIC_PASSWORD: 'pw', OS_AUTH_URL: 'https://k', OS_PASSWORD: 'p' });
  const sftp = access({ sftp: { host: 'h', path: '/p' } }, { SFTP_PRIVATE_KEY: 'key', SFTP_KNOWN_HOSTS: 'hosts\n' });
  assert.deepEqual(sftp.files, { SFTP_PRIVATE_KEY: 'key\n', SFTP_KNOWN_HOSTS: 'hosts\n' });
  assert.match(sftp.flags.join(' '), /^-o "sftp\.args=-i ""\{file:SFTP_PRIVATE_KEY\}"" /);
});

test('azure gets an access tier only where it is not Azure itself', () => {
  const keys = { AZURE_ACCOUNT_NAME: 'a', AZURE_ACCOUNT_KEY: 'k' };
  assert.deepEqual(access({ azure: { container: 'c', maxConnections: 0 } }, keys).flags, []);
  assert.deepEqual(access({ azure: { container: 'c' } }, { ...keys, AZURE_ENDPOINT_SUFFIX: 'core.windows.net' }).flags, []);
  assert.deepEqual(access({ azure: { container: 'c' } }, { ...keys, AZURE_ENDPOINT_SUFFIX: 'localhost:1' }).flags, [
    '-o',
    'azure.access-tier=Hot',
  ]);
});

test('what is missing or wrong is named', () => {
  const cases: [() => unknown, string, RegExp][] = [
    [() => access({ local: { mountPath: '/x' } }, { RESTIC_PASSWORD: '' }), 'SecretKeyMissing', /shop\/storage has no key RESTIC_PASSWORD/],
    [() => access({ b2: { bucket: 'b' } }, { B2_ACCOUNT_ID: 'i' }), 'SecretKeyMissing', /B2_ACCOUNT_KEY/],
    [() => access({ sftp: { host: 'h', path: '/p' } }, { SFTP_PRIVATE_KEY: 'k' }), 'SecretKeyMissing', /SFTP_KNOWN_HOSTS/],
    [() => access({ sftp: { host: '-oProxyCommand=x y', path: '/p' } }), 'Invalid', /host name/],
    [() => access({ rest: { url: 'https://me:secret@host/' } }), 'Invalid', /rest\.url: holds credentials/],
    [() => access({ s3: { endpoint: 'https://me:secret@host', bucket: 'b' } }), 'Invalid', /s3\.endpoint: holds credentials/],
    [() => access({ local: { mountPath: 'relative' } }), 'Invalid', /not an absolute path/],
    [() => access({ local: { mountPath: '/x', nfs: { server: 's', path: '/p' } } }), 'BackendUnsupported', /local\.nfs/],
    [() => access({}), 'BackendUnsupported', /shop\/repo: spec\.backend names no storage/],
    [() => access({ local: { mountPath: '/x' }, gcs: { bucket: 'b' } }), 'BackendUnsupported', /more than one/],
  ];
  for (const [make, code, message] of cases) {
    assert.throws(make, (error) => {
      assert.ok(isCode(error, code as StashError['code']), `${error}`);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /secret@/);
      return true;
    });
  }
});
