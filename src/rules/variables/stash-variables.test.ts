import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppBinding } from '../../api/app-binding.ts';
import type { Repository } from '../../api/repository.ts';
import { stashVariables } from './stash-variables.ts';

type Facts = Parameters<typeof stashVariables>[0];

const repositoryOf = (backend: object): Repository =>
  ({
    metadata: { name: 'repo', namespace: 'shop' },
    spec: { backend: { storageSecretName: 'storage', ...backend } },
  }) as unknown as Repository;
const facts: Facts = {
  namespace: 'shop',
  session: { kind: 'BackupSession', name: 'now' },
  invoker: { kind: 'BackupConfiguration', name: 'files' },
  repository: repositoryOf({ s3: { bucket: 'b', prefix: 'p/q', endpoint: 'e', region: 'r', insecureTLS: true } }),
  repositoryUrl: 's3:e/b/p/q',
  target: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'data' },
  spec: undefined,
  application: undefined,
  host: 'host-0',
};

test('a backup of a claim has the variables of Stash, and none that do not apply', () => {
  assert.deepEqual(stashVariables(facts), {
    NAMESPACE: 'shop',
    BACKUP_SESSION: 'now',
    INVOKER_KIND: 'BackupConfiguration',
    INVOKER_NAME: 'files',
    REPOSITORY_NAME: 'repo',
    REPOSITORY_NAMESPACE: 'shop',
    REPOSITORY_PROVIDER: 's3',
    REPOSITORY_SECRET_NAME: 'storage',
    REPOSITORY_SECRET_NAMESPACE: 'shop',
    REPOSITORY_BUCKET: 'b',
    REPOSITORY_PREFIX: 'p/q',
    REPOSITORY_ENDPOINT: 'e',
    REPOSITORY_REGION: 'r',
    REPOSITORY_INSECURE_TLS: 'true',
    REPOSITORY_URL: 's3:e/b/p/q',
    TARGET_NAME: 'data',
    TARGET_KIND: 'PersistentVolumeClaim',
    TARGET_NAMESPACE: 'shop',
    TARGET_API_VERSION: 'v1',
    TARGET_MOUNT_PATH: '/stash-data',
    TARGET_PATHS: '/stash-data',
    HOSTNAME: 'host-0',
    INTERIM_DATA_DIR: '/stash-interim-volume',
    ENABLE_CACHE: 'true',
  });
});

const cases: [why: string, more: Partial<Facts>, expected: Record<string, string | undefined>][] = [
  [
    'a container of Azure',
    { repository: repositoryOf({ azure: { container: 'c' } }) },
    { REPOSITORY_PROVIDER: 'azure', REPOSITORY_BUCKET: 'c' },
  ],
  [
    'a REST server',
    { repository: repositoryOf({ rest: { url: 'http://x/' } }) },
    { REPOSITORY_PROVIDER: 'rest', REPOSITORY_ENDPOINT: 'http://x/' },
  ],
  [
    'paths of its own',
    { spec: { paths: ['/a', '/b'], exclude: ['*.tmp'], volumeMounts: [{ name: 'v', mountPath: '/mnt' }] } },
    { TARGET_PATHS: '/a,/b', TARGET_MOUNT_PATH: '/mnt', EXCLUDE_PATTERNS: '*.tmp' },
  ],
  [
    'an application',
    {
      target: { kind: 'AppBinding', name: 'db' },
      application: { spec: { type: 'kubedb.com/mariadb', version: '10.6' } } as unknown as AppBinding,
    },
    { TARGET_APP_GROUP: 'kubedb.com', TARGET_APP_RESOURCE: 'mariadb', TARGET_APP_VERSION: '10.6', TARGET_PATHS: undefined },
  ],
  [
    'a restore',
    {
      session: { kind: 'RestoreSession', name: 'back' },
      restore: { sourceHost: 'old', snapshots: ['a', 'b'], paths: ['/a'], include: [], exclude: ['x'] },
    },
    { RESTORE_SESSION: 'back', BACKUP_SESSION: undefined, SOURCE_HOSTNAME: 'old', RESTORE_SNAPSHOTS: 'a,b', EXCLUDE_PATTERNS: 'x' },
  ],
];
for (const [why, more, expected] of cases)
  test(`Variables of ${why}`, () => {
    const variables = stashVariables({ ...facts, ...more });
    for (const [name, value] of Object.entries(expected)) assert.equal(variables[name], value, name);
  });
