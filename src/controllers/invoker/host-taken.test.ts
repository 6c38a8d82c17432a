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

test('servers that an AppBinding lists are hosts by their names', async () => {
  const servers = (name: string, names: string[]) => ({
    metadata: { name, namespace: 'shop' },
    spec: { clientConfig: {}, parameters: { stash: { servers: names.map((one) => ({ name: one, url: `unix(/run/${one})/` })) } } },
  });
  const [old, young, web] = [
    configuration('old', 'AppBinding'),
    configuration('young', 'AppBinding'),
    configuration('web', 'StatefulSet', 'web'),
  ];
  const problems = async (names: string[], ofYoung: BackupConfiguration = young) => {
    const view = async (kind: string) => (kind === 'BackupConfiguration' ? [old, ofYoung] : []);
    const get = async (_kind: string, { name }: { name: string }) =>
      name === 'old' ? servers(name, ['db-0', 'web-1']) : servers(name, names);
    return hostProblems({ store: { view, get } as unknown as Store }, invokerOf(ofYoung));
  };
  assert.deepEqual(await problems(['db-1', 'db-2']), []);
  assert.match((await problems(['db-1', 'db-0'])).join(), /already has host "db-0", "web-1" of shop\/AppBinding\/old/);
  assert.match((await problems([], web)).join(), /give shop\/StatefulSet\/web another target\.alias/);
});
