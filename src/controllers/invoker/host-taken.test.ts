import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { invokerOf } from '../../rules/invoker.ts';
import type { Store } from '../../store/store.ts';
import { hostProblems } from './host-taken.ts';

const configuration = (name: string, kind: string, alias?: string) =>
  ({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { namespace: 'shop', name, uid: name, creationTimestamp: `2026-03-01T10:00:0${name === 'old' ? 0 : 1}Z` },
    spec: {
      driver: 'Restic',
      repository: { name: 'repo' },
      schedule: '@daily',
      target: { ref: { kind, name }, ...(alias === undefined ? {} : { alias }) },
    },
  }) as BackupConfiguration;

const cases: [what: string, old: [kind: string, alias?: string], young: [kind: string, alias?: string], taken: RegExp | undefined][] = [
  ['a Deployment and a StatefulSet', ['Deployment'], ['StatefulSet'], /already has host "host-0"/],
  ['two with names of their own', ['Deployment', 'web'], ['StatefulSet', 'db'], undefined],
  ['a DaemonSet, whose hosts are nodes, and a Deployment', ['DaemonSet'], ['Deployment'], undefined],
  ['two DaemonSets', ['DaemonSet'], ['DaemonSet'], /already has host "NODE"/],
  ['two DaemonSets with names of their own', ['DaemonSet', 'log'], ['DaemonSet', 'metrics'], undefined],
];
for (const [what, old, young, taken] of cases)
  test(`In one repository: ${what}${taken === undefined ? '' : ' cannot be told apart'}`, async () => {
    const [first, second] = [configuration('old', ...old), configuration('young', ...young)];
    const view = async (kind: string) => (kind === 'BackupConfiguration' ? [first, second] : []);
    const store = { view } as unknown as Store;
    assert.deepEqual(await hostProblems({ store }, invokerOf(first)), []);
    const [problem] = await hostProblems({ store }, invokerOf(second));
    if (taken === undefined) assert.equal(problem, undefined);
    else assert.match(problem ?? '', taken);
  });
