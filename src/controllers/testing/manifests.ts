import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import type { KindMap } from '../../api/kinds.ts';
import type { Repository } from '../../api/repository.ts';
import type { RestoreBatch } from '../../api/restore-batch.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { validate } from '../../api/validate.ts';
import type { Store } from '../../store/store.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** As `stash apply` does: validated, with its defaults. */
export function manifest(object: object): KindMap[keyof KindMap] {
  const checked = validate(object);
  if (!checked.ok) throw new Error(checked.problems.map((one) => `${one.path}: ${one.message}`).join('\n'));
  return checked.object as KindMap[keyof KindMap];
}

/** A Repository `repo` with its secret, and the function for files. */
export async function applyBasics(store: Store, repositories: readonly string[] = ['repo']): Promise<void> {
  const files = { supports: ['Full', 'Incremental', 'Restore'], source: 'Paths', fetch: 'Destination' };
  const tasks = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Function', metadata: { name: 'files' }, spec: files };
  await store.create('Function', manifest(tasks) as KindMap['Function']);
  await store.create('Secret', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'shop', name: 'storage' },
    data: { RESTIC_PASSWORD: base64('changeit') },
  });
  for (const name of repositories) await store.create('Repository', repository(name));
}

export function repository(name: string, spec: object = {}): Repository {
  const backend = { local: { mountPath: `/srv/${name}` }, storageSecretName: 'storage' };
  return manifest({
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { namespace: 'shop', name },
    spec: { backend, ...spec },
  }) as Repository;
}

/** A BackupConfiguration of a directory; `spec` is added to it. */
export function configuration(name: string, spec: object = {}, target: object = {}): BackupConfiguration {
  const ref = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: 'machine' };
  return manifest({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { namespace: 'shop', name },
    spec: {
      repository: { name: 'repo' },
      retentionPolicy: { name: 'keep', keepLast: 2, prune: true },
      target: { ref, alias: name, paths: ['/srv/data'], ...target },
      ...('execOps' in spec ? {} : { schedule: '0 * * * *' }),
      ...spec,
    },
  }) as BackupConfiguration;
}

export function restoreOf(name: string, alias: string, spec: object = {}): RestoreSession {
  const ref = { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: 'machine' };
  return manifest({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: { namespace: 'shop', name },
    spec: { repository: { name: 'repo' }, target: { ref, alias }, ...spec },
  }) as RestoreSession;
}

/** Brings each of these hosts back; each member has the given spec. */
export function restoreBatchOf(name: string, members: Record<string, object>, spec: object = {}): RestoreBatch {
  const all = Object.entries(members).map(([alias, more]) => ({
    target: { ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: alias }, alias },
    ...more,
  }));
  return manifest({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreBatch',
    metadata: { namespace: 'shop', name },
    spec: { repository: { name: 'repo' }, ...spec, members: all },
  }) as RestoreBatch;
}

/** A session by hand. */
export function sessionOf(name: string, invoker: { kind?: string; name: string }, spec: object = {}): BackupSession {
  return manifest({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupSession',
    metadata: { namespace: 'shop', name },
    spec: { invoker: { apiGroup: 'stash.appscode.com', kind: 'BackupConfiguration', ...invoker }, ...spec },
  }) as BackupSession;
}

/** A BackupBatch of directories; each member has the given spec. */
export function batch(name: string, members: Record<string, object>, spec: object = {}): BackupBatch {
  const all = Object.entries(members).map(([member, more]) => ({
    target: { ref: { apiVersion: 'stash.appscode.com/v1beta1', kind: 'Host', name: member }, alias: member, paths: ['/srv/data'] },
    ...more,
  }));
  const shared = { repository: { name: 'repo' }, retentionPolicy: { name: 'keep', keepLast: 5 }, ...spec };
  const metadata = { namespace: 'shop', name };
  const apiVersion = 'stash.appscode.com/v1beta1';
  return manifest({ apiVersion, kind: 'BackupBatch', metadata, spec: { ...shared, members: all } }) as BackupBatch;
}
