import { isKindName, KIND_NAMES, KINDS, type KindName } from '../kinds.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Problem } from './problem.ts';
import { isRecord } from './walk.ts';

type Identified = { ok: true; kind: KindName; manifest: Record<string, unknown> } | { ok: false; problems: Problem[] };

/** Which of our kinds a manifest is of. */
export function identify(manifest: unknown): Identified {
  if (!isRecord(manifest))
    return refused({
      path: '',
      value: manifest,
      message: 'is not a manifest',
      accepted: 'an object with apiVersion, kind, metadata and spec',
    });
  const { apiVersion, kind } = manifest;
  const missing = ['apiVersion', 'kind'].filter((field) => typeof manifest[field] !== 'string');
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    return refused(
      ...missing.map((path) => ({ path, value: manifest[path], message: 'is missing, or not a text', accepted: acceptedFor(path, kind) })),
    );
  }
  const retired = RETIRED[kind];
  if (retired !== undefined && apiVersion.includes('stash.appscode.com/')) return refused({ path: 'kind', value: kind, message: retired });
  if (!isKindName(kind)) return refused(unknownKind(kind));
  if (KINDS[kind].apiVersion !== apiVersion) {
    return refused({ path: 'apiVersion', value: apiVersion, message: `is not the version of ${kind}`, accepted: KINDS[kind].apiVersion });
  }
  return { ok: true, kind, manifest };
}

const RETIRED: Record<string, string> = {
  Restic: 'was replaced by BackupConfiguration (stash.appscode.com/v1beta1) with a Repository; the old kind is not supported',
  Recovery: 'was replaced by RestoreSession (stash.appscode.com/v1beta1); the old kind is not supported',
  BackupConfigurationTemplate: 'was replaced by BackupBlueprint (stash.appscode.com/v1beta1); the old kind is not supported',
  Snapshot: 'cannot be applied: list snapshots with "stash snapshots REPOSITORY"',
};

function refused(...problems: Problem[]): Identified {
  return { ok: false, problems };
}

function unknownKind(kind: string): Problem {
  const meant = didYouMean(kind, KIND_NAMES);
  return {
    path: 'kind',
    value: kind,
    message: meant === undefined ? 'unknown kind' : `unknown kind; did you mean ${meant}?`,
    accepted: KIND_NAMES.join(', '),
  };
}

function acceptedFor(field: string, kind: unknown): string {
  if (field === 'kind') return KIND_NAMES.join(', ');
  if (typeof kind === 'string' && isKindName(kind)) return KINDS[kind].apiVersion;
  return [...new Set(KIND_NAMES.map((name) => KINDS[name].apiVersion))].join(', ');
}
