import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { isGuaranteed } from './resources.ts';
import { webDeployment } from './testing/workloads.ts';
import { ownPart } from './workload.ts';

const limits = { cpu: '1', memory: '1Gi' };
const cases: { name: string; containers: V1ResourceRequirements[]; is: boolean }[] = [
  { name: 'limits alone', containers: [{ limits }], is: true },
  { name: 'requests that equal the limits', containers: [{ limits, requests: { cpu: '1000m', memory: '1024Mi' } }], is: true },
  { name: 'no memory', containers: [{ limits: { cpu: '1' } }], is: false },
  { name: 'smaller requests', containers: [{ limits, requests: { cpu: '500m' } }], is: false },
  { name: 'requests alone', containers: [{ requests: limits }], is: false },
  { name: 'one of two', containers: [{ limits }, {}], is: false },
  { name: 'both', containers: [{ limits }, { limits }], is: true },
  { name: 'nothing', containers: [{}], is: false },
  { name: 'a limit of nothing', containers: [{ limits: { cpu: '0', memory: '1Gi' } }], is: false },
];
for (const { name, containers, is } of cases)
  test(`A pod with ${name} is ${is ? '' : 'not '}Guaranteed`, () => {
    const made = containers.map((resources, index) => ({ name: `c${index}`, resources }));
    assert.equal(isGuaranteed(ownPart(webDeployment({}, { containers: made }))), is);
  });

test('An init container counts too', () => {
  const initContainers = [{ name: 'init' }];
  assert.equal(isGuaranteed(ownPart(webDeployment({ resources: { limits } }, { initContainers }))), false);
});
