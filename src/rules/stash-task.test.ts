import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Function as StashFunction } from '../api/function.ts';
import type { Task } from '../api/task.ts';
import type { Param } from '../api/task-ref.ts';
import { resolveTask, stashTask } from './stash-task.ts';
import { BUILT_IN } from './variables/built-in.ts';

const dump = functionOf('dump-8.0', {
  image: '${registry:=docker.io}/dump:8.0',
  args: [
    'backup',
    '--provider=${REPOSITORY_PROVIDER:=}',
    '--host=${HOSTNAME:=}',
    '--args=${args:=--all}',
    '--wait=${waitTimeout:=0}',
    '--output-dir=${outputDir:=}',
  ],
  volumeMounts: [{ name: '${secretVolume}', mountPath: '/etc/repository/secret' }],
});
const task = taskOf(
  [
    { name: 'dump-8.0', params: params({ outputDir: '/stash-tmp/output', secretVolume: 'secret-volume', waitTimeout: '10' }) },
    { name: 'update-status', params: params({ outputDir: '/stash-tmp/output' }) },
  ],
  [{ name: 'secret-volume', secret: { secretName: '${REPOSITORY_SECRET_NAME}' } }],
);
const builtIn = { REPOSITORY_PROVIDER: 's3', REPOSITORY_SECRET_NAME: 'storage', HOSTNAME: 'host-0' };

test('steps are containers as Stash made them: parameters over those of the step, and Stash over both', () => {
  const made = resolveTask(stashTask('spec.task', task, [dump], params({ args: '--databases a b', waitTimeout: '60' })), builtIn);
  assert.deepEqual(made, {
    name: 'dumps',
    steps: [
      {
        name: 'dump-8-0-0',
        spec: {
          image: 'docker.io/dump:8.0',
          args: ['backup', '--provider=s3', '--host=host-0', '--args=--databases a b', '--wait=60', '--output-dir=/stash-tmp/output'],
          volumeMounts: [{ name: 'secret-volume', mountPath: '/etc/repository/secret' }],
        },
      },
    ],
    volumes: [{ name: 'secret-volume', secret: { secretName: 'storage' } }],
    outputDir: '/stash-tmp/output',
  });
});

test('what a configuration gives as the directory of the output is text, however much it looks like references', () => {
  const outputDir = `/\${HOSTNAME}${'${x:='.repeat(800)}`;
  assert.equal(resolveTask(stashTask('p', task, [dump], params({ outputDir })), builtIn).outputDir, outputDir);
  const own = taskOf([{ name: 'dump-8.0', params: params({ outputDir: '/out/${HOSTNAME}', secretVolume: 's' }) }], []);
  assert.equal(resolveTask(stashTask('p', own, [dump], []), builtIn).outputDir, '/out/host-0');
});

const refused: [why: string, task: Task, functions: StashFunction[], given: Param[], says: RegExp][] = [
  [
    'another repository by a parameter',
    task,
    [dump],
    params({ REPOSITORY_SECRET_NAME: 'mine' }),
    /"REPOSITORY_SECRET_NAME" is set by Stash/,
  ],
  ['another target by a parameter', task, [dump], params({ TARGET_NAME: 'yours' }), /"TARGET_NAME" is set by Stash/],
  ['a directory above', task, [dump], params({ outputDir: '/stash-tmp/../etc' }), /outputDir "\/stash-tmp\/\.\.\/etc" has a "\.\."/],
  ['a path of no file', task, [dump], params({ outputDir: `/${'x'.repeat(60_000)}` }), /"\/x{199}…" has 60001 characters; .* 4096/],
  [
    'a variable without a value',
    task,
    [functionOf('dump-8.0', { image: 'x', args: ['a', '${nowhere}'] })],
    [],
    /function dump-8\.0: spec\.args\[1\]: the variable "nowhere"/,
  ],
  ['a function without an image', task, [functionOf('dump-8.0', { args: [] })], [], /names no image/],
  ['update-status in the middle', taskOf([{ name: 'update-status' }, { name: 'dump-8.0' }], []), [dump], [], /not the last step/],
  ['a task that does nothing', taskOf([{ name: 'update-status' }], []), [], [], /no step but update-status/],
  [
    'a directory of the node',
    taskOf([{ name: 'd' }], [{ name: 'v', hostPath: { path: '/' } }]),
    [functionOf('d', { image: 'x' })],
    [],
    /hostPath/,
  ],
  [
    'power over the node',
    taskOf([{ name: 'd' }], []),
    [functionOf('d', { image: 'x', runtimeSettings: { securityContext: { privileged: true } } })],
    [],
    /asks for privileged/,
  ],
];
for (const [why, of, functions, given, says] of refused)
  test(`refuses ${why}`, () => assert.throws(() => stashTask('spec.task', of, functions, given), { code: 'Invalid', message: says }));

test('no parameter of a configuration changes what Stash says itself', () => {
  const echo = functionOf('echo', { image: 'x', args: BUILT_IN.filter((name) => name !== 'ADDON_IMAGE').map((name) => `\${${name}:=}`) });
  const all = Object.fromEntries(BUILT_IN.map((name) => [name, `ours ${name}`]));
  const own = taskOf([{ name: 'echo' }], []);
  const expected = resolveTask(stashTask('p', own, [echo], []), all).steps;
  fc.assert(
    fc.property(fc.constantFrom(...BUILT_IN, 'free'), fc.string(), (name, value) => {
      try {
        assert.deepEqual(resolveTask(stashTask('p', own, [echo], params({ [name]: value })), all).steps, expected);
      } catch (error) {
        assert.match((error as Error).message, /is set by Stash itself/);
      }
    }),
  );
});

function functionOf(name: string, spec: object): StashFunction {
  return { apiVersion: 'v1beta1', kind: 'Function', metadata: { name }, spec } as unknown as StashFunction;
}

function taskOf(steps: object[], volumes: object[]): Task {
  return { apiVersion: 'v1beta1', kind: 'Task', metadata: { name: 'dumps' }, spec: { steps, volumes } } as unknown as Task;
}

function params(values: Record<string, string>): Param[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
