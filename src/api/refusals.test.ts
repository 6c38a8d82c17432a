import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifests } from './manifest.ts';
import { problemText, validate } from './validate.ts';

const V1 = 'apiVersion: stash.appscode.com/v1beta1';
const repository = (spec: string) => `{apiVersion: stash.appscode.com/v1alpha1, kind: Repository, metadata: {name: r}, spec: {${spec}}}`;
const configuration = (spec: string) =>
  `{${V1}, kind: BackupConfiguration, metadata: {name: c}, spec: {repository: {name: r}, retentionPolicy: {keepLast: 1}, ${spec}}}`;
const session = (spec: string) => `{${V1}, kind: RestoreSession, metadata: {name: s}, spec: {repository: {name: r}, ${spec}}}`;
const verifier = (check: string) => `{${V1}, kind: BackupVerifierConfiguration, metadata: {name: v}, spec: {checks: [${check}]}}`;

/** Manifest, and for each problem what its text must begin with. */
const REFUSED: [string, string, string[]][] = [
  ['a text', 'hello', ['is not a manifest (got "hello")']],
  [
    'a manifest without a kind',
    `{${V1}, metadata: {name: a}}`,
    ['kind: is missing, or not a text; accepted: Repository, BackupConfiguration'],
  ],
  ['an empty object', '{}', ['apiVersion: is missing', 'kind: is missing']],
  ['a mistyped kind', `{${V1}, kind: BackupConfig, metadata: {name: a}}`, ['kind: unknown kind (got "BackupConfig")']],
  ['a kind in the wrong case', `{${V1}, kind: backupbatch, metadata: {name: a}}`, ['kind: unknown kind; did you mean BackupBatch?']],
  [
    'a wrong version',
    '{apiVersion: stash.appscode.com/v1alpha1, kind: BackupConfiguration, metadata: {name: a}}',
    ['apiVersion: is not the version of BackupConfiguration (got "stash.appscode.com/v1alpha1"); accepted: stash.appscode.com/v1beta1'],
  ],
  [
    'the old kind Restic',
    '{apiVersion: stash.appscode.com/v1alpha1, kind: Restic, metadata: {name: a}}',
    ['kind: was replaced by BackupConfiguration'],
  ],
  [
    'the old kind Recovery',
    '{apiVersion: stash.appscode.com/v1alpha1, kind: Recovery, metadata: {name: a}}',
    ['kind: was replaced by RestoreSession'],
  ],
  ['a kind that is only read', '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}', ['kind: unknown kind (got "Deployment")']],
  [
    'a variable that no target gives a value to',
    `{${V1}, kind: BackupBlueprint, metadata: {name: b}, spec: {schedule: "@daily", backend: {gcs: {bucket: b, prefix: "x/\${TARGET_NAMES}"}}}}`,
    ['spec.backend.gcs.prefix: ${TARGET_NAMES} is no variable of blueprints (got "x/${TARGET_NAMES}"); accepted: TARGET_API_VERSION'],
  ],
  ['no name', repository('backend: {gcs: {bucket: b}}').replace('name: r', 'labels: {}'), ['metadata.name: is missing']],
  [
    'a name with capitals',
    configuration('schedule: x').replace('name: c', 'name: MyBackup'),
    ['metadata.name: is not written as it must be (got "MyBackup")'],
  ],
  [
    'a label that is no text',
    configuration('schedule: x').replace('name: c', 'name: c, labels: {a: 1}'),
    ['metadata.labels.a: must be a text (quote it) (got 1)'],
  ],
  [
    'an unknown field beside spec',
    configuration('schedule: x').replace('spec:', 'sepc:'),
    ['spec: is missing', 'sepc: unknown field; did you mean "spec"?'],
  ],

  [
    'a mistyped field',
    configuration('schedule: x, retentionPolcy: {}'),
    ['spec.retentionPolcy: unknown field; did you mean "retentionPolicy"?'],
  ],
  [
    'a field in the wrong case',
    configuration('schedule: x, timeout: 1h'),
    ['spec.timeout: unknown field; did you mean "timeOut"? (got "1h")'],
  ],
  [
    'a mistyped field deep in a list',
    configuration('execOps: [{alias: a, schedule: x}, {alias: b, shedule: y}]'),
    ['spec.execOps[1].shedule: unknown field; did you mean "schedule"? (got "y"); accepted: alias, paused, schedule, type'],
  ],
  [
    'a mistyped field of an embedded Kubernetes type',
    configuration('schedule: x, runtimeSettings: {container: {resources: {limit: {cpu: 1}}}}'),
    ['spec.runtimeSettings.container.resources.limit: unknown field; did you mean "limits"?'],
  ],
  ['a text for a list', configuration('schedule: x, target: {paths: /a}'), ['spec.target.paths: must be a list (got "/a")']],
  [
    'a text for a number',
    configuration('schedule: x, backupHistoryLimit: "3"'),
    ['spec.backupHistoryLimit: must be a whole number (got "3")'],
  ],
  [
    'a number for a text',
    configuration('schedule: x, task: {name: t, params: [{name: a, value: 1}]}'),
    ['spec.task.params[0].value: must be a text (quote it) (got 1)'],
  ],
  [
    'a fraction for a whole number',
    configuration('schedule: x, retentionPolicy: {keepLast: 1.5}').replace('retentionPolicy: {keepLast: 1}, ', ''),
    ['spec.retentionPolicy.keepLast: must be a whole number'],
  ],
  [
    'a number below the least',
    configuration('schedule: x, backupHistoryLimit: -1'),
    ['spec.backupHistoryLimit: must be at least 0 (got -1)'],
  ],
  [
    'a value that is not in the list',
    configuration('schedule: x, driver: restic'),
    ['spec.driver: is not a value there is (got "restic"); accepted: Restic, VolumeSnapshotter'],
  ],
  [
    'a duration in days',
    configuration('schedule: x, timeOut: 1d'),
    ['spec.timeOut: is not written as it must be (got "1d"); accepted: a duration such as 90s, 15m or 1h30m'],
  ],
  [
    'a quantity that is none',
    configuration('schedule: x, tempDir: {sizeLimit: 2 GB}'),
    ['spec.tempDir.sizeLimit: is not written as it must be (got "2 GB"); accepted: a quantity'],
  ],
  [
    'a quantity that is a list',
    configuration('schedule: x, tempDir: {sizeLimit: []}'),
    ['spec.tempDir.sizeLimit: is not written as it must be'],
  ],
  [
    'a percentage that is none',
    configuration('schedule: x, proof: {sample: 120%}'),
    ['spec.proof.sample: is not written as it must be (got "120%"); accepted: a percentage'],
  ],
  ['an alias with a space', configuration('execOps: [{alias: a b}]'), ['spec.execOps[0].alias: is not written as it must be (got "a b")']],

  ['no storage', repository('backend: {storageSecretName: s}'), ['spec.backend: give exactly one of local, s3, gcs']],
  ['two storages', repository('backend: {gcs: {bucket: b}, rest: {url: u}}'), ['spec.backend: give exactly one of']],
  ['a storage there is not', repository('backend: {gs: {bucket: b}}'), ['spec.backend.gs: unknown field; did you mean "gcs"?']],
  ['a storage without its bucket', repository('backend: {s3: {endpoint: e}}'), ['spec.backend.s3.bucket: is missing']],
  [
    'wipeOut of a local storage',
    repository('backend: {local: {mountPath: /a}}, wipeOut: true'),
    ['spec.wipeOut: wipeOut: true is not possible'],
  ],
  ['wipeOut of b2', repository('backend: {b2: {bucket: b}}, wipeOut: true'), ['spec.wipeOut: wipeOut: true is not possible']],
  [
    'a selector that is not there',
    repository('backend: {gcs: {bucket: b}}, usagePolicy: {allowedNamespaces: {from: Selector}}'),
    ['spec.usagePolicy.allowedNamespaces.selector: from: Selector needs'],
  ],

  ['no repository', configuration('schedule: x').replace('repository: {name: r}, ', ''), ['spec: repository is missing']],
  [
    'repository and repositories',
    configuration('schedule: x, repositories: [{name: a}]'),
    ['spec: give either repository or repositories'],
  ],
  ['schedule and execOps', configuration('schedule: x, execOps: [{alias: a}]'), ['spec.schedule: give either schedule or execOps']],
  ['neither schedule nor execOps', configuration('paused: true'), ['spec: schedule is missing']],
  ['an alias given twice', configuration('execOps: [{alias: a}, {alias: a}]'), ['spec.execOps: an alias may stand here once only']],
  [
    'two functions for one alias',
    configuration('execOps: [{alias: a}], sidecar: [{execAlias: [a], function: {name: f}}, {execAlias: [b, a], function: {name: g}}]'),
    ['spec.sidecar: an alias may be bound to one function only'],
  ],
  [
    'a binding for no alias',
    configuration('execOps: [{alias: a}], restore: [{execAlias: [], task: {name: t}}]'),
    ['spec.restore[0].execAlias: must have at least 1 item'],
  ],
  [
    'two handlers in a hook',
    configuration('schedule: x, hooks: {preBackup: {exec: {command: [a]}, tcpSocket: {port: 1}}}'),
    ['spec.hooks.preBackup: give exactly one of exec'],
  ],
  [
    'a hook without a handler',
    configuration('schedule: x, hooks: {postBackup: {executionPolicy: Always}}'),
    ['spec.hooks.postBackup: give exactly one of exec'],
  ],
  [
    'a policy only backups have',
    session('hooks: {postRestore: {exec: {command: [a]}, executionPolicy: OnFinalRetryFailure}}'),
    ['spec.hooks.postRestore.executionPolicy: is not a value'],
  ],
  [
    'a stage in two places',
    configuration('schedule: x, tempDir: {volume: v, volumeClaimTemplate: {}}'),
    ['spec.tempDir: give at most one of'],
  ],

  [
    'a Host without paths',
    configuration('schedule: x, target: {ref: {kind: Host, name: h}}'),
    ['spec.target.paths: a Host needs paths, each absolute'],
  ],
  [
    'a Host with an empty list of paths',
    configuration('schedule: x, target: {ref: {kind: Host, name: h}, paths: []}'),
    ['spec.target.paths: a Host needs paths, each absolute'],
  ],
  [
    'a Host with a relative path',
    configuration('schedule: x, target: {ref: {kind: Host, name: h}, paths: [/a, b]}'),
    ['spec.target.paths: a Host needs paths, each absolute'],
  ],

  [
    'snapshots and paths in one rule',
    session('target: {rules: [{snapshots: [a], paths: [/b]}]}'),
    ['spec.target.rules[0]: give either snapshots or paths'],
  ],
  [
    'two rules for all hosts',
    session('target: {rules: [{paths: [/a]}, {targetHosts: [], paths: [/b]}]}'),
    ['spec.target.rules: at most one rule'],
  ],
  [
    'two rules for one host',
    session('target: {rules: [{targetHosts: [h, a]}, {targetHosts: [b, h]}]}'),
    ['spec.target.rules[1].targetHosts[1]: is named by spec.target.rules[0] already'],
  ],
  [
    'rules at the old and the new place',
    session('rules: [{paths: [/a]}], target: {rules: [{paths: [/a]}]}'),
    ['spec.rules: give the rules in target.rules only'],
  ],
  [
    'two points in time',
    session('pointInTime: {time: "2026-01-01T00:00:00Z", gtid: 0-1-2}'),
    ['spec.pointInTime: give exactly one of time, gtid, snapshot'],
  ],
  [
    'a day that does not exist',
    session('pointInTime: {time: "2026-02-30T00:00:00Z"}'),
    ['spec.pointInTime.time: is not written as it must be (got "2026-02-30T00:00:00Z"); accepted: a time such as'],
  ],
  ['a time without a zone', session('pointInTime: {time: "2026-02-20T00:00:00"}'), ['spec.pointInTime.time: is not written as it must be']],

  ['no check', verifier(''), ['spec.checks: must have at least 1 item']],
  ['a check that expects nothing', verifier('{name: a, type: RowCount, table: t}'), ['spec.checks[0]: expect is missing']],
  [
    'a query without its text',
    verifier('{name: a, type: Query, expect: {newerThan: 1h}}'),
    ['spec.checks[0].query: a Query needs a query'],
  ],
  ['two checks of one name', verifier('{name: a, type: Proof}, {name: a, type: Proof}'), ['spec.checks: two checks have the same name']],
  [
    'a point that is none',
    verifier('{name: a, type: Proof}').replace('spec: {', 'spec: {pointInTime: Newest, '),
    ['spec.pointInTime: is not written as it must be (got "Newest"); accepted: Latest, Random, Edges'],
  ],
];

for (const [title, manifest, expected] of REFUSED) {
  test(`refuses ${title}`, () => {
    const { documents, problems } = readManifests(manifest, 'test');
    assert.deepEqual(problems, []);
    const result = validate(documents[0]?.object);
    const texts = result.ok ? [] : result.problems.map(problemText);
    const wrong = expected.map((text, index) => (texts[index]?.startsWith(text) ? text : (texts[index] ?? 'nothing')));
    assert.deepEqual(wrong, expected);
    assert.equal(texts.length, expected.length, texts.join('\n'));
  });
}
