import { KINDS, type KindName } from '../../api/kinds.ts';

/** The kind of ours that a manifest is of, whatever its version; kinds of Kubernetes itself are the server's to judge. */
export function ourKind(manifest: unknown): KindName | undefined {
  const { apiVersion, kind } = (manifest ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) return undefined;
  const known = KINDS[kind as KindName];
  return known.schema !== undefined && groupOf(apiVersion) === groupOf(known.apiVersion) ? (kind as KindName) : undefined;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
