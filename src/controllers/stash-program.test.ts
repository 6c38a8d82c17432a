import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Function as StashFunction } from '../api/function.ts';
import type { Repository } from '../api/repository.ts';
import type { Task } from '../api/task.ts';
import { stashTask } from '../rules/stash-task.ts';
import { silentLogger } from '../runtime/log.ts';
import { checkStashStorage, outputFile, stashRun } from './stash-program.ts';

const found = {
  metadata: { name: 'dump' },
  spec: { image: 'dump:1', args: ['${HOSTNAME}', '${REPOSITORY_URL}'] },
} as unknown as StashFunction;
const of = { metadata: { name: 'dumps' }, spec: { steps: [{ name: 'dump' }] } } as unknown as Task;
const repositoryIn = (namespace: string, backend: object = { rest: { url: 'http://x/' } }) => ({
  repository: {
    metadata: { name: 'repo', namespace },
    spec: { backend: { ...backend, storageSecretName: 'storage' } },
  } as unknown as Repository,
  open: {
    namespace,
    name: 'repo',
    access: { url: 'rest:http://x/', env: { RESTIC_PASSWORD: 'hunter22' }, files: {}, flags: [] },
  },
});
const log = silentLogger();
const input: Parameters<typeof stashRun>[0] = {
  task: stashTask('spec.task', of, [found], []),
  target: { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' },
  spec: undefined,
  application: undefined,
  host: 'host-0',
  repositories: [repositoryIn('shop')],
  invoker: { kind: 'BackupConfiguration', name: 'files' },
  session: { kind: 'BackupSession', name: 'now', namespace: 'shop', uid: 'u' },
  orderId: 'one',
  deadline: '2026-03-01T10:00:00Z',
  redacted: log.redacted,
};

test('a run has everything filled in, and takes the secrets of the storage out of what its steps say', () => {
  const run = stashRun(input);
  assert.deepEqual(run.program.steps[0]?.spec.args, ['host-0', 'rest:http://x/']);
  assert.equal(run.storageSecret, 'storage');
  assert.equal(run.redact('with hunter22'), 'with ***');
  assert.equal(outputFile(run), '/stash-tmp/output/output.json');
});

test('it takes out the password of the application too, which is read after the run is made', () => {
  const run = stashRun(input);
  log.redact('db-pass-1');
  assert.equal(run.redact('mysqldump --password=db-pass-1 to hunter22'), 'mysqldump --password=*** to ***');
});

test('its steps are given no secret of another namespace', () => {
  assert.throws(() => stashRun({ ...input, repositories: [repositoryIn('ops')] }), { code: 'GatewayRequired' });
});

test('it stores in one Repository', () => {
  assert.throws(() => stashRun({ ...input, repositories: [repositoryIn('shop'), repositoryIn('shop')] }), {
    code: 'Invalid',
    message: /stores by itself, in one Repository; there are 2/,
  });
});

test('its steps do not reach a volume that is served in the cluster, and nobody begins what cannot work', async () => {
  const onVolume = repositoryIn('shop', { local: { persistentVolumeClaim: { claimName: 'c' }, mountPath: '/srv' } });
  const refused = {
    code: 'NotSupportedYet',
    message: /task dumps .* Repository shop\/repo \(spec.backend.local\)/,
    remedy: /other storage/,
  };
  assert.throws(() => stashRun({ ...input, repositories: [onVolume] }), refused);
  const store = { get: async (_: string, { name }: { name: string }) => (name === 'repo' ? onVolume.repository : undefined) };
  const check = (name: string, more: object = { stashTask: input.task }) =>
    checkStashStorage({ store } as unknown as Parameters<typeof checkStashStorage>[0], more, [{ namespace: 'shop', name }]);
  await assert.rejects(check('repo'), refused);
  await check('repo', {});
  await check('absent');
});
