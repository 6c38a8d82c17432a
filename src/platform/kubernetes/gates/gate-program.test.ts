import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionContainer } from '../../../rules/function-container.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { checkGateProgram } from './gate-program.ts';

const program: FunctionContainer = {
  functions: ['back'],
  image: 'dump:1',
  env: [{ name: 'STASH_SECRET_0_LOGIN' }],
  envFrom: [],
  volumes: [],
  volumeMounts: [],
};
const gate = { name: 'stash-gate', image: 'dump:1', env: [{ name: 'STASH_SECRET_0_LOGIN' }], volumeMounts: [{ name: 'stash-payload' }] };

const cases: [why: string, program: FunctionContainer | undefined, gate: object, refused: RegExp | undefined][] = [
  ['the same container as backed it up', program, gate, undefined],
  ['a function that asks for nothing', undefined, { ...gate, image: 'other:1' }, undefined],
  ['the image of the data', { ...program, image: '${TARGET_IMAGE}' }, gate, undefined],
  ['another image', program, { ...gate, image: 'other:1' }, /by back, which runs in dump:1; the pods restore in other:1/],
  ['variables that are not there', program, { ...gate, env: [] }, /has variables that the pods of the workload do not have/],
];
for (const [why, wanted, found, refused] of cases)
  test(`A restore by ${why} is ${refused === undefined ? 'done' : 'refused'}`, async () => {
    const done = checkGateProgram(connectionTo(found), { kind: 'Deployment', namespace: 'shop', name: 'web' }, wanted);
    if (refused === undefined) await done;
    else await assert.rejects(done, { code: 'Invalid', message: refused });
  });

function connectionTo(found: object): Connection {
  const metadata = { namespace: 'shop', name: 'web' };
  const body = { kind: 'Deployment', metadata, spec: { template: { spec: { containers: [], initContainers: [found] } } } };
  return { send: async () => ({ status: 200, body }) } as unknown as Connection;
}
