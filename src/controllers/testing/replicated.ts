import type { KindMap } from '../../api/kinds.ts';
import { applyBasics, configuration, manifest } from './manifests.ts';
import { type TestOperator, testOperator } from './operator.ts';

/** An operator with a configuration `db` whose target has these hosts, and a function that can tell their roles. */
export async function replicatedOperator(hosts: string[], spec: object = {}): Promise<TestOperator> {
  const one = await testOperator();
  one.hosts.set('machine', hosts);
  for (const host of hosts) one.agents.present.add(host);
  await applyBasics(one.store);
  const metadata = { name: 'physical' };
  const told = { supports: ['Full', 'Role', 'Restore'], command: ['physical'] };
  const made = manifest({ apiVersion: 'stash.appscode.com/v1beta1', kind: 'Function', metadata, spec: told });
  await one.store.create('Function', made as KindMap['Function']);
  await one.store.create('BackupConfiguration', configuration('db', { task: { name: 'physical' }, ...spec }));
  await one.settle();
  return one;
}

/** What became of each host of the newest session: `HOST PHASE REASON`. */
export async function hostsSeen({ list }: TestOperator): Promise<string[]> {
  const session = (await list('BackupSession')).sort((a, b) => a.metadata.name.localeCompare(b.metadata.name)).at(-1);
  const stats = (session?.status?.targets ?? []).flatMap((target) => target.stats ?? []);
  return stats.map(({ hostname, phase, operation, errorCode }) =>
    [hostname, phase, errorCode ?? (phase === 'Skipped' ? operation?.reason : undefined)].filter(Boolean).join(' '),
  );
}

/** Ids of the orders for a backup that agents have begun. */
export function backupsBegun({ agents }: TestOperator): string[] {
  return agents.begun.filter((id) => id.startsWith('BackupSession') && !id.includes('.role.'));
}
