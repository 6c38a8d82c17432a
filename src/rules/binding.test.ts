import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Function as StashFunction } from '../api/function.ts';
import type { Task } from '../api/task.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { isCode } from '../errors/error.ts';
import { type BindingInput, bindingOf, type Catalog } from './binding.ts';

const fn = (name: string, spec: object): [string, StashFunction] => [
  name,
  {
    apiVersion: 'v1beta1',
    kind: 'Function',
    metadata: { name },
    spec: { source: 'Stage', fetch: 'Stage', ...spec },
  } as unknown as StashFunction,
];
const task = (name: string, steps: object[]): [string, Task] => [
  name,
  { apiVersion: 'v1beta1', kind: 'Task', metadata: { name }, spec: { steps } } as unknown as Task,
];

const catalog: Catalog = {
  functions: new Map([
    fn('files', { supports: ['Full', 'Restore'], source: 'Paths', params: [{ name: 'destination' }] }),
    fn('mariadb-physical', {
      supports: ['Full'],
      command: ['stash-function'],
      args: ['physical'],
      params: [
        { name: 'parallel', type: 'Integer', default: '1' },
        { name: 'lock', type: 'Boolean' },
      ],
    }),
    fn('mariadb-dump', { supports: ['Full'], command: ['x'], image: 'docker.io/library/mariadb:${TARGET_APP_VERSION}' }),
    fn('mariadb-dump-restore', { supports: ['Restore'], command: ['x'], image: 'docker.io/library/mariadb:${TARGET_APP_VERSION}' }),
    fn('mariadb-restore', { supports: ['Check', 'Restore'], command: ['stash-function'] }),
    fn('needs', { supports: ['Full', 'Check'], command: ['x'], params: [{ name: 'must', required: true }] }),
    fn('container-only', { command: ['x'], image: 'dump:1' }),
    fn('with-secret', {
      supports: ['Full'],
      command: ['x'],
      image: 'a:1',
      env: [
        { name: 'MODE', value: 'fast' },
        { name: 'LOGIN', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
      ],
    }),
    fn('other-image', { supports: ['Full'], command: ['x'], image: 'b:1' }),
    fn('of-target', { supports: ['Full'], command: ['x'], image: '${TARGET_IMAGE}' }),
    fn('postgres-backup-11.2', { image: 'docker.io/stashed/stash-postgres:11.2' }),
  ]),
  tasks: new Map([
    task('both', [{ name: 'mariadb-physical', params: [{ name: 'lock', value: 'true' }] }, { name: 'needs' }, { name: 'update-status' }]),
    task('dumps', [{ name: 'container-only' }, { name: 'update-status' }]),
    task('mixed', [{ name: 'container-only' }, { name: 'files' }]),
    task('two-images', [{ name: 'with-secret' }, { name: 'other-image' }]),
  ]),
};

const input = (more: Partial<BindingInput>): BindingInput => ({
  alias: 'full',
  place: 'Machine',
  direction: 'backup',
  targetKind: 'Host',
  ...more,
});
const bound = (name: string, params: object[] = [], execAlias = ['full']) =>
  [{ execAlias, function: { name, params } }] as unknown as NonNullable<BindingInput['sidecar']>;
const database = (more: object) =>
  ({ targetKind: 'AppBinding', application: { spec: more } }) as unknown as Pick<BindingInput, 'targetKind' | 'application'>;

const mariadb = { ...database({ type: 'kubedb.com/mariadb', version: '10.11.6' }), place: 'Cluster' as const };

const CHOSEN: [why: string, input: Partial<BindingInput>, steps: string[]][] = [
  ['the default of a directory', {}, ['files']],
  ['the default of a workload', { targetKind: 'Deployment' }, ['files']],
  ['the default of a workload that is a MariaDB', { ...database({ type: 'mariadb' }), targetKind: 'StatefulSet' }, ['mariadb-physical']],
  ['the default of a MariaDB', database({ type: 'kubedb.com/MariaDB' }), ['mariadb-physical']],
  ['the default way back of a MariaDB', { ...database({ type: 'mariadb' }), direction: 'restore' }, ['mariadb-restore']],
  ['what is bound to the alias', { sidecar: bound('mariadb-physical') }, ['mariadb-physical']],
  ['not what is bound to another', { sidecar: bound('mariadb-physical', [], ['log']) }, ['files']],
  ['spec.task', { task: { name: 'mariadb-physical' } }, ['mariadb-physical']],
  ['the default of the AppBinding of a MariaDB in a cluster', { ...mariadb, direction: 'backup' }, ['mariadb-dump']],
  ['the default way back of it', { ...mariadb, direction: 'restore' }, ['mariadb-dump-restore']],
  ["a dump of Stash's", { task: { name: 'mariadb-backup-10.6.23' } }, ['mariadb-dump']],
  ["a dump of Stash's bound to the alias", { sidecar: bound('mariadb-backup-${TARGET_APP_VERSION}') }, ['mariadb-dump']],
  [
    "a dump of Stash's that the application names",
    database({ type: 'kubedb.com/mariadb', parameters: { stash: { addon: { backupTask: { name: 'mariadb-backup-10.5.8' } } } } }),
    ['mariadb-dump'],
  ],
  ['the addon of the application', database({ parameters: { stash: { addon: { backupTask: { name: 'files' } } } } }), ['files']],
  [
    'spec.task before the addon',
    { ...database({ parameters: { stash: { addon: { backupTask: { name: 'absent' } } } } }), task: { name: 'files' } },
    ['files'],
  ],
  [
    'every step of a task but those of the operator',
    { task: { name: 'both', params: [{ name: 'must', value: 'v' }] } },
    ['mariadb-physical', 'needs'],
  ],
];
for (const [why, more, steps] of CHOSEN)
  test(`runs ${why}`, () => {
    assert.deepEqual(
      bindingOf(input(more), catalog).steps.map((step) => step.name),
      steps,
    );
  });

test('a step has its command with arguments, and its parameters: defaults, then those that are given', () => {
  const step = bindingOf(input({ sidecar: bound('mariadb-physical', [{ name: 'parallel', value: '4' }]) }), catalog).steps[0];
  assert.deepEqual(step?.command, ['stash-function', 'physical']);
  assert.deepEqual(step?.params, { parallel: '4' });
});

test('the parameters of a task go to the steps that declare them, and before those of its steps', () => {
  const params = [
    { name: 'must', value: 'v' },
    { name: 'lock', value: 'false' },
  ];
  const { steps, supports } = bindingOf(input({ task: { name: 'both', params } }), catalog);
  assert.deepEqual(
    steps.map((step) => step.params),
    [{ parallel: '1', lock: 'false' }, { must: 'v' }],
  );
  assert.deepEqual(
    steps.map((step) => step.checks),
    [false, true],
  );
  assert.deepEqual(supports, ['Full', 'Check']);
});

const REFUSED: [why: string, input: Partial<BindingInput>, code: ErrorCode, says: RegExp][] = [
  ['an unknown function', { sidecar: bound('absent') }, 'FunctionNotFound', /spec\.sidecar\[0\]\.function.*"absent".*files/],
  ['an unknown task', { task: { name: 'absent' } }, 'FunctionNotFound', /spec\.task/],
  ['a database nobody knows', database({ type: 'mongodb' }), 'FunctionNotFound', /mongodb/],
  ["a logical dump of Stash's", { task: { name: 'mysql-backup-8.0.14' } }, 'NotSupportedYet', /logical dumps/],
  ['a function that does not say what it supports', { task: { name: 'container-only' } }, 'Invalid', /does not declare spec\.supports/],
  ['a task of Stash on one machine', { task: { name: 'dumps' } }, 'NotSupportedYet', /whose functions are containers/],
  ['variables that only pods have, on one machine', { task: { name: 'with-secret' } }, 'NotSupportedYet', /from a Secret or ConfigMap/],
  [
    'a task of Stash beside a workload',
    { place: 'Cluster', targetKind: 'Deployment', task: { name: 'dumps' } },
    'NotSupportedYet',
    /in a Job/,
  ],
  ['a task of both kinds', { place: 'Cluster', task: { name: 'mixed' } }, 'Invalid', /mixes functions/],
  ['different images in one task', { place: 'Cluster', task: { name: 'two-images' } }, 'Invalid', /different images \(a:1, b:1\)/],
  [
    'the image of a container that there is none of',
    { place: 'Cluster', targetKind: 'PersistentVolumeClaim', task: { name: 'of-target' } },
    'Invalid',
    /of the container that holds the data; targets of the kind PersistentVolumeClaim have none/,
  ],
  [
    'a dump beside a workload',
    { ...mariadb, targetKind: 'StatefulSet', task: { name: 'mariadb-dump' } },
    'Invalid',
    /over the network.*StatefulSet/,
  ],
  ['a dump of a version nobody says', { ...mariadb, ...database({ type: 'mariadb' }) }, 'Invalid', /version of the AppBinding is ""/],
  [
    'what AppsCode left in a cluster',
    { place: 'Cluster', targetKind: 'AppBinding', task: { name: 'postgres-backup-11.2' } },
    'NotSupportedYet',
    /logical dumps/,
  ],
  ['a parameter that is not declared', { sidecar: bound('files', [{ name: 'x', value: '1' }]) }, 'Invalid', /"x".*takes destination/],
  ['a parameter that is missing', { sidecar: bound('needs') }, 'Invalid', /needs the parameter "must"/],
  ['a number that is none', { sidecar: bound('mariadb-physical', [{ name: 'parallel', value: 'two' }]) }, 'Invalid', /integer, not "two"/],
  [
    'a switch that is none',
    { sidecar: bound('mariadb-physical', [{ name: 'lock', value: 'yes' }]) },
    'Invalid',
    /true or false, not "yes"/,
  ],
];
for (const [why, more, code, says] of REFUSED)
  test(`refuses ${why}`, () => {
    assert.throws(
      () => bindingOf(input(more), catalog),
      (error) => isCode(error, code) && says.test(error.message),
    );
  });

test('a dump runs in the image of the version of its AppBinding', () => {
  assert.equal(bindingOf(input(mariadb), catalog).program?.image, 'docker.io/library/mariadb:10.11.6');
});

test('in a cluster a function brings its image, and its variables under names that say whose they are', () => {
  const { steps, program } = bindingOf(input({ place: 'Cluster', task: { name: 'with-secret' } }), catalog);
  const { fromPod, env } = steps[0] ?? {};
  assert.deepEqual(env, { MODE: 'fast' });
  assert.equal(program?.image, 'a:1');
  assert.deepEqual(
    program?.env.map(({ name }) => name),
    [`${fromPod?.secret}LOGIN`],
  );
  assert.match(fromPod?.secret ?? '', /^STASH_SECRET_[0-9A-F]{8}_$/);
});

test('what asks for nothing runs in any container', () => {
  const { steps, program } = bindingOf(input({ place: 'Cluster', targetKind: 'PersistentVolumeClaim' }), catalog);
  assert.deepEqual([program, steps[0]?.fromPod], [undefined, undefined]);
});

test('a task of Stash runs in a cluster, without steps of ours', () => {
  const { steps, stashTask, supports } = bindingOf(
    input({ place: 'Cluster', targetKind: 'PersistentVolumeClaim', task: { name: 'dumps' } }),
    catalog,
  );
  assert.deepEqual([steps, supports, stashTask?.steps.map(({ found }) => found.metadata.name)], [[], ['Full'], ['container-only']]);
});
