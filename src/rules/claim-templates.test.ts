import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestoreTarget } from '../api/target.ts';
import { claimHost, claimHosts, claimNames } from './claim-templates.ts';

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const template = (name: string, more: object = {}) => ({ metadata: { name }, spec, ...more });
const mount = (name: string, mountPath: string, more: object = {}) => ({ name, mountPath, ...more });
const hosts = (target: RestoreTarget) => claimHosts(target, 'shop').map(({ host, claims }) => [host, ...claims.map(({ name }) => name)]);

const named: [name: string, target: RestoreTarget, wanted: string[][]][] = [
  ['nothing without templates', { ref: { kind: 'Deployment', name: 'web' } }, []],
  ['one set without replicas', { volumeClaimTemplates: [template('data')] }, [['host-0', 'data']]],
  ['its host is the alias', { alias: 'web', volumeClaimTemplates: [template('data')] }, [['web', 'data']]],
  ['without replicas the ordinal is 0', { volumeClaimTemplates: [template('data-db-${POD_ORDINAL}')] }, [['host-0', 'data-db-0']]],
  [
    'a set for each replica',
    { replicas: 2, volumeClaimTemplates: [template('data-db-${POD_ORDINAL}')] },
    [
      ['host-0', 'data-db-0'],
      ['host-1', 'data-db-1'],
    ],
  ],
  [
    'one replica has a number too',
    { alias: 'db', replicas: 1, volumeClaimTemplates: [template('data-db-${POD_ORDINAL}')] },
    [['db-0', 'data-db-0']],
  ],
  [
    'several claims a replica',
    {
      replicas: 2,
      volumeMounts: [mount('data-db', '/data'), mount('conf-db', '/conf')],
      volumeClaimTemplates: [template('data-db-${POD_ORDINAL}'), template('conf-db-${POD_ORDINAL}')],
    },
    [
      ['host-0', 'data-db-0', 'conf-db-0'],
      ['host-1', 'data-db-1', 'conf-db-1'],
    ],
  ],
];
for (const [name, target, wanted] of named)
  test(`Claims of a restore: ${name}`, () => {
    assert.deepEqual(hosts(target), wanted);
    for (const one of claimHosts(target, 'shop')) assert.deepEqual(claimHost(target, 'shop', one.host), one);
    assert.equal(claimHost(target, 'shop', 'host-7'), undefined);
    assert.deepEqual(new Set(claimNames(target)), new Set(wanted.flatMap(([, ...claims]) => claims)));
  });

test('the ordinal is replaced in every value, and a value cannot become more than a value', () => {
  const metadata = { name: 'd-${POD_ORDINAL}', labels: { n: '${POD_ORDINAL}' }, annotations: { a: '"${POD_ORDINAL}": {' } };
  const dataSource = { kind: 'VolumeSnapshot', name: 'snap-${POD_ORDINAL}' };
  const [, second] = claimHosts({ replicas: 2, volumeClaimTemplates: [{ metadata, spec: { ...spec, dataSource } }] }, 'shop');
  assert.deepEqual(second?.claims, [
    {
      name: 'd-1',
      labels: { n: '1' },
      annotations: { a: '"1": {' },
      spec: { ...spec, dataSource: { kind: 'VolumeSnapshot', name: 'snap-1' } },
      mounts: [{ mountPath: '/stash-data' }],
    },
  ]);
});

test('a claim appears where the mount of its name, with or without the ordinal, says', () => {
  const volumeMounts = [mount('data-db', '/data/'), mount('conf-${POD_ORDINAL}', '/conf', { subPath: 'sub' }), mount('data-db', '/more')];
  const volumeClaimTemplates = [template('data-db-${POD_ORDINAL}'), template('conf-${POD_ORDINAL}')];
  const [host] = claimHosts({ volumeMounts, volumeClaimTemplates }, 'shop');
  assert.deepEqual(
    host?.claims.map(({ mounts }) => mounts),
    [[{ mountPath: '/data' }, { mountPath: '/more' }], [{ mountPath: '/conf', subPath: 'sub' }]],
  );
});

const refused: [name: string, target: RestoreTarget, says: RegExp][] = [
  ['no name', { volumeClaimTemplates: [{ spec }] }, /\[0\]\.metadata\.name: is missing/],
  ['another variable', { volumeClaimTemplates: [template('${POD_NAME}-x')] }, /has \$\{POD_NAME\}; only \$\{POD_ORDINAL\}/],
  [
    'another namespace',
    { volumeClaimTemplates: [{ metadata: { name: 'a', namespace: 'ops' }, spec }] },
    /namespace of the RestoreSession, shop, not in "ops"/,
  ],
  ['a block device', { volumeClaimTemplates: [template('a', { spec: { ...spec, volumeMode: 'Block' } })] }, /volumeMode Block/],
  [
    'replicas that share a claim',
    { replicas: 2, volumeClaimTemplates: [template('a')] },
    /"a" is a claim of several replicas: put \$\{POD_ORDINAL\}/,
  ],
  ['too many', { replicas: 1001, volumeClaimTemplates: [template('a-${POD_ORDINAL}')] }, /1001 claims; at most 1000/],
  [
    'more text than can be made',
    {
      replicas: 1000,
      volumeClaimTemplates: [{ metadata: { name: 'a-${POD_ORDINAL}', annotations: { a: '${POD_ORDINAL}'.repeat(36_000) } }, spec }],
    },
    /504\d{3} characters with volumeMounts, for 1000 replicas, make 504\d{6}; at most 4194304/,
  ],
  ['a name of no claim', { volumeClaimTemplates: [template('a'.repeat(300))] }, /has 300 characters; a claim's name has at most 253/],
  [
    'a path of no file',
    { volumeMounts: [mount('a', `${'/'.repeat(500_000)}a`)], volumeClaimTemplates: [template('a')] },
    /a mountPath has 500001 characters; at most 4096/,
  ],
  ['two claims without mounts', { volumeClaimTemplates: [template('a'), template('b')] }, /none says where .*\[0\] appears: name it "a"/],
  ['a mount of nothing', { volumeMounts: [mount('a', '/a'), mount('x', '/x')], volumeClaimTemplates: [template('a')] }, /"x" is none of/],
  ['a mount at no path', { volumeMounts: [mount('a', 'a')], volumeClaimTemplates: [template('a')] }, /absolute path below \/, not "a"/],
  ['a mount over the root', { volumeMounts: [mount('a', '/')], volumeClaimTemplates: [template('a')] }, /below \//],
  [
    'two claims at one path',
    { volumeMounts: [mount('a', '/d'), mount('b', '/d/')], volumeClaimTemplates: [template('a'), template('b')] },
    /two claims would appear at \/d/,
  ],
  [
    'the same claim twice',
    { volumeMounts: [mount('a', '/d')], volumeClaimTemplates: [template('a'), template('a')] },
    /two claims would appear/,
  ],
];
for (const [name, target, says] of refused)
  test(`Claims of a restore that are refused: ${name}`, () => {
    assert.throws(
      () => claimHosts(target, 'shop'),
      (error: Error) => says.test(error.message) && (error as { code?: string }).code === 'Invalid',
    );
    assert.doesNotThrow(() => claimNames(target));
  });

test('what is too large to be a name is not made a name for every replica', () => {
  const target = {
    replicas: 500,
    volumeClaimTemplates: [template(`${'x'.repeat(500_000)}-\${POD_ORDINAL}`), template('a-${POD_ORDINAL}')],
  };
  const names = claimNames(target);
  assert.equal(names.length, 500);
  assert.ok(names.every((name) => name.length < 10));
});
