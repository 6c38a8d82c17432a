import type { AnyObject } from '../../../api/object.ts';
import { PASSWORD } from './repository.ts';

const V1BETA1 = 'stash.appscode.com/v1beta1';
const namespace = 'default';

export function secret(
  name: string,
  data: Record<string, string> = { RESTIC_PASSWORD: PASSWORD },
): AnyObject & { stringData: typeof data } {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: data };
}

export function localRepository(name: string, path: string, spec: Record<string, unknown> = {}): AnyObject {
  return repository(name, { local: { mountPath: path } }, spec);
}

/** With the secret `secret` unless the backend names another. */
export function repository(name: string, backend: Record<string, unknown>, spec: Record<string, unknown> = {}): AnyObject {
  return {
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { name, namespace },
    spec: { backend: { storageSecretName: 'secret', ...backend }, ...spec },
  };
}

/** Directories of this machine, backed up when asked unless `spec` gives a schedule; alias `full`. */
export function configuration(name: string, repositoryName: string, paths: string[], spec: Record<string, unknown> = {}): AnyObject {
  return {
    apiVersion: V1BETA1,
    kind: 'BackupConfiguration',
    metadata: { name, namespace },
    spec: { repository: { name: repositoryName }, execOps: [{ alias: 'full' }], target: host(name, paths), ...spec },
  };
}

/** The host's name in the repository is that of the target. */
export function host(name: string, paths: string[]): Record<string, unknown> {
  return { alias: name, ref: { apiVersion: V1BETA1, kind: 'Host', name }, paths };
}

export function batch(name: string, repositoryName: string, spec: Record<string, unknown>): AnyObject {
  return {
    apiVersion: V1BETA1,
    kind: 'BackupBatch',
    metadata: { name, namespace },
    spec: { repository: { name: repositoryName }, execOps: [{ alias: 'full' }], ...spec },
  };
}

export function session(name: string, invoker: string, spec: Record<string, unknown> = {}, kind = 'BackupConfiguration'): AnyObject {
  return {
    apiVersion: V1BETA1,
    kind: 'BackupSession',
    metadata: { name, namespace },
    spec: { invoker: { apiGroup: 'stash.appscode.com', kind, name: invoker }, alias: 'full', ...spec },
  };
}

export function restore(name: string, repositoryName: string, target: string, spec: Record<string, unknown> = {}): AnyObject {
  return {
    apiVersion: V1BETA1,
    kind: 'RestoreSession',
    metadata: { name, namespace },
    spec: {
      repository: { name: repositoryName },
      target: { alias: target, ref: { apiVersion: V1BETA1, kind: 'Host', name: target } },
      ...spec,
    },
  };
}

/** Brings the newest of each of these targets back to where it was. */
export function restoreBatch(name: string, repositoryName: string, targets: string[], spec: Record<string, unknown> = {}): AnyObject {
  const members = targets.map((target) => ({ target: { alias: target, ref: { apiVersion: V1BETA1, kind: 'Host', name: target } } }));
  return {
    apiVersion: V1BETA1,
    kind: 'RestoreBatch',
    metadata: { name, namespace },
    spec: { repository: { name: repositoryName }, members, ...spec },
  };
}
