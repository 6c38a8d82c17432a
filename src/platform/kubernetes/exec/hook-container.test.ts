import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { isCode } from '../../../errors/error.ts';
import { hookContainer } from './hook-container.ts';

const mount = (name: string, mountPath: string, readOnly = false) => ({ name, mountPath, ...(readOnly ? { readOnly } : {}) });
const one = (name: string, ...volumeMounts: V1Container['volumeMounts'] & object) => ({ name, volumeMounts });
const PAYLOAD = mount('stash-payload', '/stash', true);
const sidecar = (...mounts: ReturnType<typeof mount>[]) => ({
  ...one('stash', PAYLOAD, mount('stash-stage', '/stash-stage'), mount('kube-api-access-x', '/var/run'), ...mounts),
  restartPolicy: 'Always',
  env: [{ name: 'STASH_STAGE', value: '/stash-stage/stash' }],
});
const gate = one('stash-gate', PAYLOAD, mount('data', '/var/lib/mysql'));
const pod = (containers: V1Container[], initContainers: V1Container[] = [gate, sidecar(mount('data', '/var/lib/mysql', true))]): V1Pod => ({
  metadata: { namespace: 'shop', name: 'db-0', annotations: { 'kubectl.kubernetes.io/default-container': 'annotated' } },
  spec: { containers, initContainers },
});

const database = one('mariadb', mount('data', '/var/lib/mysql'));
const reader = one('metrics', mount('data', '/var/lib/mysql', true));
const cases: [name: string, of: V1Pod, named: string | undefined, found: string | RegExp][] = [
  ['the only one', pod([one('web')]), undefined, 'web'],
  ['the one that has the data', pod([one('proxy'), database]), undefined, 'mariadb'],
  ['of several with the data the one that may write', pod([reader, database]), undefined, 'mariadb'],
  ['the one that is annotated, where nothing else tells', pod([one('a'), one('annotated')], []), undefined, 'annotated'],
  ['nobody, where nothing tells', pod([one('a'), one('b')], []), undefined, /in which container of pod shop\/db-0.* a, b/],
  ['the one that is named', pod([one('proxy'), database]), 'proxy', 'proxy'],
  ['a sidecar of the user’s that is named', pod([database], [{ ...one('proxy'), restartPolicy: 'Always' }]), 'proxy', 'proxy'],
  ['none of ours', pod([one('proxy'), database]), 'stash', /"stash" is no container .* it has proxy, mariadb$/],
  ['no gate', pod([database]), 'stash-gate', /it has mariadb$/],
  ['none that only runs before the others', pod([database], [one('first')]), 'first', /it has mariadb$/],
  ['none that is not there', pod([database]), 'mysql', /"mysql" is no container/],
];
for (const [name, of, named, found] of cases)
  test(`A hook runs in: ${name}`, () => {
    if (typeof found === 'string') assert.equal(hookContainer(of, named), found);
    else
      assert.throws(
        () => hookContainer(of, named),
        (error) => isCode(error, 'Invalid') && found.test(error.message),
      );
  });
