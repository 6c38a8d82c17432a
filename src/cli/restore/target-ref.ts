import type { TargetRef } from '../../api/references.ts';
import { StashError } from '../../errors/error.ts';

const STASH = 'stash.appscode.com/v1beta1';

/** A volume, which is a target of its own. */
export const CLAIM = 'PersistentVolumeClaim';

interface TargetKind {
  kind: string;
  apiVersion: string;
  short?: readonly string[];
  /** Absent: of a machine and of a cluster. */
  only?: 'machine';
}

const TARGET_KINDS: readonly TargetKind[] = [
  { kind: 'Host', apiVersion: STASH, only: 'machine' },
  { kind: 'AppBinding', apiVersion: 'appcatalog.appscode.com/v1alpha1' },
  { kind: CLAIM, apiVersion: 'v1', short: ['pvc', 'pvcs'] },
  { kind: 'Deployment', apiVersion: 'apps/v1', short: ['deploy'] },
  { kind: 'StatefulSet', apiVersion: 'apps/v1', short: ['sts'] },
  { kind: 'DaemonSet', apiVersion: 'apps/v1', short: ['ds'] },
];

/** A target as a command line names it: `KIND/NAME`, the kind in any case, number or short. `otherwise` ends the remedy: what else is possible. */
export function resolveTargetText(
  text: string,
  otherwise = '',
  place: 'machine' | 'cluster' = 'machine',
): Required<Pick<TargetRef, 'apiVersion' | 'kind' | 'name'>> {
  const [kindText = '', name, more] = text.split('/');
  const lower = kindText.toLowerCase();
  const found = TARGET_KINDS.find(({ kind, short = [] }) => lower.replace(/s$/, '') === kind.toLowerCase() || short.includes(lower));
  if (found !== undefined && found.only !== undefined && found.only !== place) {
    throw new StashError('Usage', `"${text}": a ${found.kind} is a target of one machine, not of a cluster`, {
      remedy: remedy(place, otherwise),
    });
  }
  if (found !== undefined && name && more === undefined) return { apiVersion: found.apiVersion, kind: found.kind, name };
  throw new StashError('Usage', `"${text}" is not KIND/NAME with a kind that can be a target`, { remedy: remedy(place, otherwise) });
}

function remedy(place: 'machine' | 'cluster', otherwise: string): string {
  const kinds = TARGET_KINDS.filter(({ only = place }) => only === place);
  return `Use one of ${kinds.map((one) => one.kind).join(', ')}${otherwise}.`;
}

/** A set of directories on this machine. */
export function hostRef(name: string): TargetRef {
  return { apiVersion: STASH, kind: 'Host', name };
}
