import { isAbsolute, join } from 'node:path';
import type { Backend } from '../../api/backend.ts';
import { StashError } from '../../errors/error.ts';
import type { Place } from './secret.ts';

// Fields that say how the volume appears; everything else in the spec is a source of it.
const PLACING = ['mountPath', 'subPath'];

/** On one machine a hostPath is the directory itself, and without a volume `mountPath` is; other volumes exist only in a cluster. */
export function local(spec: NonNullable<Backend['local']>): Place {
  const sources = Object.keys(spec).filter((name) => !PLACING.includes(name));
  const [source] = sources;
  if (source !== undefined && source !== 'hostPath') {
    throw new StashError('BackendUnsupported', `spec.backend.local.${source}: volumes of a cluster cannot be used on one machine`, {
      remedy: 'Mount the storage on this machine and give its directory in spec.backend.local.mountPath alone.',
    });
  }
  const folder = spec.hostPath?.path ?? spec.mountPath;
  if (!isAbsolute(folder)) throw new StashError('Invalid', `spec.backend.local: ${JSON.stringify(folder)} is not an absolute path`);
  return { url: spec.subPath === undefined ? folder : join(folder, spec.subPath) };
}
