import { posix } from 'node:path';
import type { Backend } from '../../../api/backend.ts';
import { StashError } from '../../../errors/error.ts';
import { shortHash } from '../agent-key.ts';

/** Where a repository lies: as Stash had it, at the root of `subPath` in the volume. */
export interface ServedVolume {
  /** A volume source of Kubernetes, as it was written. */
  source: Record<string, unknown>;
  subPath?: string;
  /** Stands for all of it: another one is another storage. */
  place: string;
}

type LocalBackend = NonNullable<Backend['local']>;

// Fields that say how the volume appears; everything else in the spec is a source of it.
const PLACING = ['mountPath', 'subPath'];
const GOES_WITH_THE_POD = ['emptyDir', 'ephemeral'];
const NEVER_WRITTEN = ['configMap', 'secret', 'projected', 'downwardAPI', 'image', 'gitRepo'];
/** They reach the node itself. What else there is reaches storage, and is PodSecurity's to forbid, as in any pod of that namespace. */
const OF_THE_NODE = ['hostPath', 'flexVolume'];

/** `mountPath` says where Stash saw the volume; here nothing depends on it. Throws BackendUnsupported or Invalid. */
export function servedVolume(local: LocalBackend, { allowHostPath }: { allowHostPath: boolean }): ServedVolume {
  const given = Object.entries(local).filter(([name, value]) => !PLACING.includes(name) && value !== undefined);
  const [[name, value] = ['', undefined], ...more] = given;
  const refused = (what: string, remedy: string) => new StashError('BackendUnsupported', `spec.backend.local${what}`, { remedy });
  if (name === '')
    throw refused(' names no volume, and a cluster has no directory of its own', 'Name one, for instance persistentVolumeClaim.');
  if (more.length > 0)
    throw refused(
      ` names ${given.length} volumes: ${given.map(([one]) => one).join(', ')}`,
      'Leave one of them: a repository is in one place.',
    );
  if (GOES_WITH_THE_POD.includes(name))
    throw refused(`.${name} goes with its pod, and with it every backup`, 'Use a volume that stays, for instance persistentVolumeClaim.');
  if (NEVER_WRITTEN.includes(name))
    throw refused(`.${name} cannot be written`, 'Use a volume for data, for instance persistentVolumeClaim.');
  if (OF_THE_NODE.includes(name) && !allowHostPath)
    throw refused(
      `.${name} reaches the node itself, which localBackend.allowHostPath of the chart does not allow`,
      'Use another volume, or have the value set where everybody who may write a Repository may read and write directories of nodes.',
    );
  const source = { [name]: value };
  const subPath = subPathOf(local.subPath);
  const text = JSON.stringify([source, subPath ?? ''], sortKeys);
  return { source, ...(subPath === undefined ? {} : { subPath }), place: shortHash(text) };
}

function subPathOf(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined;
  if (posix.isAbsolute(given) || given.split('/').includes('..'))
    throw new StashError('Invalid', `spec.backend.local.subPath: ${JSON.stringify(given)} must be relative and stay in the volume`);
  const path = posix.normalize(given).replace(/\/$/, '');
  return path === '.' ? undefined : path;
}

function sortKeys(_key: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value;
}
