import type { TargetRef } from '../../api/references.ts';
import { StashError } from '../../errors/error.ts';

const STASH = 'stash.appscode.com/v1beta1';

const TARGET_KINDS: Record<string, { kind: string; apiVersion: string }> = {
  host: { kind: 'Host', apiVersion: STASH },
  appbinding: { kind: 'AppBinding', apiVersion: 'appcatalog.appscode.com/v1alpha1' },
  persistentvolumeclaim: { kind: 'PersistentVolumeClaim', apiVersion: 'v1' },
  pvc: { kind: 'PersistentVolumeClaim', apiVersion: 'v1' },
  deployment: { kind: 'Deployment', apiVersion: 'apps/v1' },
  statefulset: { kind: 'StatefulSet', apiVersion: 'apps/v1' },
  daemonset: { kind: 'DaemonSet', apiVersion: 'apps/v1' },
};

/** A target as a command line names it: `KIND/NAME`, the kind in any case and number. `otherwise` ends the remedy: what else is possible. */
export function resolveTargetText(text: string, otherwise = ''): Required<Pick<TargetRef, 'apiVersion' | 'kind' | 'name'>> {
  const [kindText = '', name, more] = text.split('/');
  const kind = TARGET_KINDS[kindText.toLowerCase().replace(/s$/, '')];
  if (kind !== undefined && name && more === undefined) return { ...kind, name };
  throw new StashError('Usage', `"${text}" is not KIND/NAME with a kind that can be a target`, {
    remedy: `Use one of ${[...new Set(Object.values(TARGET_KINDS).map((one) => one.kind))].join(', ')}${otherwise}.`,
  });
}

/** A set of directories on this machine. */
export function hostRef(name: string): TargetRef {
  return { apiVersion: STASH, kind: 'Host', name };
}
