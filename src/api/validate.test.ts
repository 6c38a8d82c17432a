import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from './backup-configuration.ts';
import { KIND_NAMES } from './kinds.ts';
import type { AnyObject } from './object.ts';
import { validDocuments } from './testdata/documents.ts';
import { problemText, type Validated, validate } from './validate.ts';

for (const { place, object } of validDocuments()) {
  test(`accepts ${place}`, () => assert.deepEqual(problems(validate(object)), []));
}

test('has an example of every kind that can be applied', () => {
  const shown = new Set(validDocuments().map(({ object }) => object.kind));
  assert.deepEqual(
    KIND_NAMES.filter((kind) => !shown.has(kind)),
    ['Event'],
  );
});

test('changes nothing in what it has validated once', () => {
  for (const { place, object } of validDocuments()) {
    const once = accepted(validate(object));
    assert.deepEqual(accepted(validate(once)), once, place);
  }
});

test('leaves the manifest it was given alone', () => {
  const manifest = configuration();
  const copy = structuredClone(manifest);
  validate(manifest);
  assert.deepEqual(manifest, copy);
});

test('fills in defaults, nested ones too', () => {
  const hooks = { postBackup: { exec: { command: ['true'] } } };
  const { spec } = accepted(validate(configuration({ hooks, retryConfig: {} }))) as BackupConfiguration;
  assert.equal(spec.driver, 'Restic');
  assert.equal(spec.backupHistoryLimit, 1);
  assert.equal(spec.hooks?.postBackup?.executionPolicy, 'Always');
  assert.equal(spec.retryConfig?.maxRetry, 1);
});

test('takes a known field that is null for absent', () => {
  const { spec } = accepted(validate(configuration({ timeOut: null, driver: null }))) as BackupConfiguration;
  assert.equal(Object.hasOwn(spec, 'timeOut'), false);
  assert.equal(spec.driver, 'Restic');
});

test('is not led astray by names that every JavaScript object has', () => {
  const manifest = JSON.parse(
    '{"apiVersion": "stash.appscode.com/v1beta1", "kind": "Task", "metadata": {"name": "t", "labels": {"constructor": "x"}}, "spec": {"constructor": null, "toString": 1}}',
  );
  assert.deepEqual(
    problems(validate(manifest)).map((text) => text.split(' (got')[0]),
    ['spec.constructor: unknown field', 'spec.toString: unknown field'],
  );
  assert.deepEqual(problems(validate({ apiVersion: 'v1', kind: 'constructor' })).length, 1);
});

test('drops status, which is not for people to write', () => {
  const object = { ...configuration(), status: { phase: 'Ready', anything: [1] } };
  assert.equal('status' in accepted(validate(object)), false);
});

test('drops the namespace of a kind that has none', () => {
  const task = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Task', metadata: { name: 'a', namespace: 'demo' }, spec: { steps: [] } };
  assert.deepEqual(accepted(validate(task)).metadata, { name: 'a' });
});

test('merges stringData of a Secret into data', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { a: 'b2xk', b: 'Yg==' },
    stringData: { a: 'new', c: 'é' },
  };
  const { data, stringData } = accepted(validate(secret)) as AnyObject & { data: unknown; stringData?: unknown };
  assert.deepEqual(data, { a: 'bmV3', b: 'Yg==', c: 'w6k=' });
  assert.equal(stringData, undefined);
});

test('shows no value of a Secret in a problem', () => {
  const secret = (rest: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...rest });
  for (const bad of [
    { data: { a: 'hush!' } },
    { stringData: { a: 4711 } },
    { stringdata: { a: 'hush!' } },
    { stringdata: 'hush!' },
    { data: 'hush!' },
  ]) {
    const texts = problems(validate(secret(bad)));
    assert.equal(texts.length, 1);
    assert.doesNotMatch(texts.join(), /hush|4711/);
  }
});

test('asks the checks it is given about schedules and zones, and says where', () => {
  const manifest = configuration({ schedule: undefined, execOps: [{ alias: 'full', schedule: '0 0 31 2 *' }], timeZone: 'Mars/Olympus' });
  const result = validate(manifest, { schedule: () => 'never comes', timeZone: () => 'there is no such zone' });
  assert.deepEqual(problems(result), [
    'spec.execOps[0].schedule: never comes (got "0 0 31 2 *")',
    'spec.timeZone: there is no such zone (got "Mars/Olympus")',
  ]);
});

test('lets the spec of a session be applied again, but not changed', () => {
  const session = (name: string) => ({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupSession',
    metadata: { name: 's' },
    spec: { invoker: { kind: 'BackupConfiguration', name } },
  });
  const old = accepted(validate(session('a')));
  assert.deepEqual(problems(validate(session('a'), { old })), []);
  assert.deepEqual(problems(validate(session('b'), { old })), ['spec: the spec of a BackupSession cannot be changed: create another one']);
});

test('warns of what is accepted but hardly meant', () => {
  const execOps = [{ alias: 'full', schedule: '@daily' }];
  const restore = [{ execAlias: ['restoreTest'], task: { name: 't' } }];
  const result = validate(configuration({ schedule: undefined, retentionPolicy: undefined, execOps, restore }));
  assert.deepEqual(result.ok && result.warnings, [
    'spec.retentionPolicy is absent: every snapshot is kept',
    'alias "restoreTest" is bound, but spec.execOps has no such alias',
  ]);
});

function configuration(spec: object = {}): AnyObject {
  const object = {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { name: 'c', namespace: 'demo' },
    spec: { repository: { name: 'r' }, schedule: '@daily', retentionPolicy: { keepLast: 1 }, ...spec },
  };
  // A manifest has no fields that are undefined.
  return JSON.parse(JSON.stringify(object)) as AnyObject;
}

function problems(result: Validated): string[] {
  return result.ok ? [] : result.problems.map(problemText);
}

function accepted(result: Validated): AnyObject {
  assert.deepEqual(problems(result), []);
  return result.ok ? result.object : assert.fail();
}
