import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { KindMap } from '../../api/kinds.ts';
import { applyBasics, configuration, manifest } from './manifests.ts';
import { type TestOperator, testOperator } from './operator.ts';

/** An operator, a new one if none is given, with a configuration whose log is archived every five minutes, from these hosts. */
export async function archivingOperator(hosts: string[], spec: object = {}, operator?: TestOperator): Promise<TestOperator> {
  const one = operator ?? (await testOperator());
  one.hosts.set('machine', hosts);
  for (const host of hosts) one.agents.present.add(host);
  await applyBasics(one.store);
  const told = { supports: ['Full', 'Role', 'Log', 'Restore'], command: ['physical'] };
  const made = manifest({ apiVersion: 'stash.appscode.com/v1beta1', kind: 'Function', metadata: { name: 'physical' }, spec: told });
  await one.store.create('Function', made as KindMap['Function']);
  const execOps = [{ alias: 'log', schedule: '*/5 * * * *' }];
  await one.store.create('BackupConfiguration', configuration('db', { task: { name: 'physical' }, schedule: undefined, execOps, ...spec }));
  await one.settle();
  return one;
}

export async function logLineOf({ list }: TestOperator): Promise<ExecOpStatus | undefined> {
  return (await list('BackupConfiguration'))[0]?.status?.execOps?.[0];
}

export async function logTick(one: TestOperator): Promise<void> {
  await one.clock.advance(300_000);
  await one.settle();
}
