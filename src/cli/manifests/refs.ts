import { KINDS, type KindName } from '../../api/kinds.ts';
import { readManifests } from '../../api/manifest.ts';
import type { ObjectKey } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';
import { findKind } from '../resolve.ts';
import type { Source } from './sources.ts';

/** Kind and name of every document, in reverse order: what was made last goes first. The rest of a manifest need not be valid. */
export function readRefs(sources: readonly Source[], namespace: string | undefined): { kind: KindName; key: ObjectKey }[] {
  return sources
    .flatMap((source) =>
      readManifests(source.text, source.name).documents.map(({ object, line }) => refOf(object, `${source.name}:${line}`, namespace)),
    )
    .reverse();
}

function refOf(manifest: unknown, place: string, given: string | undefined): { kind: KindName; key: ObjectKey } {
  const { kind: kindName, metadata } = (manifest ?? {}) as { kind?: unknown; metadata?: { name?: unknown; namespace?: unknown } };
  const kind = typeof kindName === 'string' ? findKind(kindName) : undefined;
  const name = metadata?.name;
  if (kind === undefined || typeof name !== 'string') throw new StashError('Invalid', `${place}: kind and metadata.name are needed`);
  const own = typeof metadata?.namespace === 'string' ? metadata.namespace : undefined;
  return { kind, key: { name, namespace: KINDS[kind].namespaced ? (own ?? given ?? 'default') : '' } };
}
