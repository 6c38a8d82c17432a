import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate } from '../../api/validate.ts';
import { isCode } from '../../errors/error.ts';
import { type RestoreWishes, restoreManifest } from './manifest.ts';
import type { RestoreSource } from './source.ts';

const HOST = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: 'docs' };
const source: RestoreSource = { name: 'docs', repository: { name: 'repo' }, target: { ref: HOST, alias: 'laptop' } };
const context = { namespace: 'demo', cwd: '/home/me', requestId: '1', cluster: false };
const made = (wishes: RestoreWishes, from: RestoreSource = source) => restoreManifest(from, wishes, context);

const VALID: [name: string, wishes: RestoreWishes][] = [
  ['to where the data came from', {}],
  ['to a directory', { to: './look' }],
  ['to another target', { to: 'appbinding/orders-db' }],
  ['of a snapshot', { snapshot: ['1a2b3c4d'] }],
  [
    'of everything that can be said',
    {
      to: '/x',
      host: 'host-0',
      include: ['*.md'],
      exclude: ['*.tmp'],
      allowOverwrite: true,
      previousData: 'Discard',
      stopCommand: 'true',
      startCommand: 'true',
    },
  ],
];

for (const [name, wishes] of VALID) {
  test(`a restore ${name} is a valid manifest`, () => {
    const checked = validate(made(wishes));
    assert.deepEqual(checked.ok ? [] : checked.problems, []);
  });
}

test('the own target keeps the base of its host names; another target does not get it', () => {
  assert.deepEqual(made({}).spec.target, { ref: HOST, alias: 'laptop' });
  assert.equal(made({ to: 'Host/other' }).spec.target?.alias, undefined);
  assert.equal(made({ to: 'hosts/docs' }).spec.target?.alias, 'laptop');
});

test('a directory is a parameter of the task, made absolute', () => {
  assert.deepEqual(made({ to: './look' }).spec.task, { params: [{ name: 'destination', value: '/home/me/look' }] });
  const task = {
    name: 'my-restore',
    params: [
      { name: 'destination', value: '/old' },
      { name: 'a', value: 'b' },
    ],
  };
  assert.deepEqual(made({ to: '/new' }, { ...source, task }).spec.task, {
    name: 'my-restore',
    params: [
      { name: 'a', value: 'b' },
      { name: 'destination', value: '/new' },
    ],
  });
});

test('a snapshot may be named as "stash snapshots" shows it', () => {
  assert.deepEqual(made({ snapshot: ['my-repo-1a2b3c4d'], host: 'host-1' }).spec.target?.rules, [
    { targetHosts: [], sourceHost: 'host-1', snapshots: ['1a2b3c4d'] },
  ]);
});

test('the name is one object name long, however long the configuration is called', () => {
  const { name } = made({}, { ...source, name: 'a.very-long.'.repeat(20) }).metadata;
  assert.match(name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
  assert.ok(name.length <= 63);
});

const REFUSED: [what: string, wishes: RestoreWishes, from: RestoreSource][] = [
  ['a repository without a target', {}, { name: 'repo', repository: { name: 'repo' } }],
  ['an unknown kind', { to: 'Pod/x' }, source],
  ['something that is no snapshot', { snapshot: ['latest'] }, source],
];

for (const [what, wishes, from] of REFUSED) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => made(wishes, from),
      (error) => isCode(error, 'Usage'),
    );
  });
}

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const web: RestoreSource = {
  name: 'web',
  repository: { name: 'repo' },
  target: { ref: WEB, mounts: [{ name: 'data', mountPath: '/srv' }] },
};
const onCluster = (wishes: RestoreWishes) => restoreManifest(web, wishes, { ...context, cluster: true });

test('on a cluster a claim appears where the data was', () => {
  const { target } = onCluster({ to: 'pvc/look' }).spec;
  assert.deepEqual(target?.ref, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'look' });
  assert.deepEqual(target?.volumeMounts, [{ name: 'data', mountPath: '/srv' }]);
  assert.equal(onCluster({}).spec.target?.volumeMounts, undefined);
});

for (const wishes of [{ to: './look' }, { to: 'Host/docs' }, { stopCommand: 'true' }, { startCommand: 'true' }]) {
  test(`on a cluster ${JSON.stringify(wishes)} is refused`, () => {
    assert.throws(
      () => onCluster(wishes),
      (error) => isCode(error, 'Usage'),
    );
  });
}
