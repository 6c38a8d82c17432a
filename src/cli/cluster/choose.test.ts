import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import type { GlobalOptions } from '../cli.ts';
import { assertPlace, choosesCluster } from './choose.ts';
import { kubeconfigFiles } from './credentials.ts';

const CHOICES: [name: string, options: GlobalOptions, env: Record<string, string>, cluster: boolean][] = [
  ['nothing is said', {}, {}, false],
  ['only KUBECONFIG is set, as it is on every administrator machine', {}, { KUBECONFIG: '/a' }, false],
  ['--cluster is given', { cluster: true }, {}, true],
  ['--kubeconfig is given', { kubeconfig: '/a' }, {}, true],
  ['--context is given', { context: 'a' }, {}, true],
  ['kubectl has started it', {}, { STASH_CLUSTER: '1' }, true],
  ['STASH_CLUSTER is empty', {}, { STASH_CLUSTER: '' }, false],
  ['STASH_CLUSTER is 0', {}, { STASH_CLUSTER: '0' }, false],
  ['a data directory is given', { dataDir: '/a' }, {}, false],
];

for (const [name, options, env, cluster] of CHOICES) {
  test(`when ${name}, it is ${cluster ? 'a cluster' : 'this machine'}`, () => assert.equal(choosesCluster(options, env), cluster));
}

test('a data directory and a cluster do not go together, whoever says it', () => {
  assert.throws(
    () => choosesCluster({ dataDir: '/a', context: 'b' }, {}),
    (error) => isCode(error, 'Usage') && /--context/.test(error.message),
  );
  assert.throws(
    () => choosesCluster({ dataDir: '/a' }, { STASH_CLUSTER: '1' }),
    (error) => isCode(error, 'Usage') && /STASH_CLUSTER/.test(error.message),
  );
});

test('what is for one place alone is refused in the other', () => {
  for (const [command, cluster] of [
    ['up', true],
    ['inject', false],
    ['upgrade-agents', false],
  ] as const) {
    assert.throws(
      () => assertPlace(command, cluster),
      (error) => isCode(error, 'Usage'),
    );
    assertPlace(command, !cluster);
  }
});

const FILES: [name: string, env: Record<string, string>, given: string | undefined, files: string[]][] = [
  ['the one given counts alone, and whether it is there or not', { KUBECONFIG: '/a' }, 'gone', ['/here/gone']],
  ['those of KUBECONFIG count in their order; missing ones are left out', { KUBECONFIG: '/b:/gone::a' }, undefined, ['/b', '/here/a']],
  ['without KUBECONFIG it is that of the user', {}, undefined, ['/home/me/.kube/config']],
];

for (const [name, env, given, files] of FILES) {
  test(`of kubeconfigs ${name}`, () => {
    const world = { env, home: '/home/me', cwd: '/here' };
    assert.deepEqual(
      kubeconfigFiles(world, given, (file) => file !== '/gone'),
      files,
    );
  });
}
