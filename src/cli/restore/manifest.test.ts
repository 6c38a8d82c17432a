import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate } from '../../api/validate.ts';
import { isCode } from '../../errors/error.ts';
import { type RestoreWishes, restoreManifest } from './manifest.ts';
import type { RestoreSource } from './source.ts';

const HOST = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: 'docs' };
const source: RestoreSource = { name: 'docs', repository: { name: 'repo' }, target: { ref: HOST, alias: 'laptop' } };
const context = { namespace: 'demo', cwd: '/home/me', requestId: '1', cluster: false, now: new Date('2026-11-22T10:20:00Z') };
const made = (wishes: RestoreWishes, from: RestoreSource = source) => restoreManifest(from, wishes, context);

const VALID: [name: string, wishes: RestoreWishes][] = [
  ['to where the data came from', {}],
  ['to a directory', { to: './look' }],
  ['to another target', { to: 'appbinding/orders-db' }],
  ['of a snapshot', { snapshot: ['1a2b3c4d'] }],
  ['to a time', { at: '2026-11-22T10:14:59Z' }],
  ['to just before a transaction of a timeline', { gtid: '0-1-4711', exclusive: true, timeline: '1a2b3c4d' }],
  ['to the newest point', { latest: true }],
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

test('a point is what the session is told; the time is written in UTC', () => {
  assert.deepEqual(made({ at: '2026-11-22T11:14:59+01:00', exclusive: true }).spec.pointInTime, {
    time: '2026-11-22T10:14:59Z',
    exclusive: true,
  });
  assert.deepEqual(made({ at: '2026-11-22T10:14:59.5Z' }).spec.pointInTime, { time: '2026-11-22T10:14:59.500Z' });
  assert.deepEqual(made({ gtid: '0-1-4711,1-1-7' }).spec.pointInTime, { gtid: '0-1-4711,1-1-7' });
  assert.equal(made({ latest: true }).spec.pointInTime, undefined);
  assert.equal(made({ latest: true, timeline: '1a2b3c4d' }).spec.timeline, '1a2b3c4d');
});

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
  ['a time without its zone', { at: '2026-11-22 10:14:59' }, source],
  ['a time that is none', { at: 'yesterday' }, source],
  ['a day that is none', { at: '2026-02-30T10:00:00Z' }, source],
  ['a time in the future', { at: '2026-11-22T10:20:01Z' }, source],
  ['a GTID that is none', { gtid: '0-1' }, source],
  ['two points', { at: '2026-11-22T10:14:59Z', gtid: '0-1-4711' }, source],
  ['a point and a snapshot', { gtid: '0-1-4711', snapshot: ['1a2b3c4d'] }, source],
  ['the newest point and a time', { latest: true, at: '2026-11-22T10:14:59Z' }, source],
  ['exclusive of nothing', { exclusive: true }, source],
  ['a timeline of a snapshot', { snapshot: ['1a2b3c4d'], timeline: '1a2b3c4d' }, source],
  ['only some files of a point', { gtid: '0-1-4711', include: ['*.frm'] }, source],
  ['something that is no timeline', { timeline: 'newest' }, source],
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
