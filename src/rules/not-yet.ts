import type { AnyObject } from '../api/object.ts';

/** One machine, or a cluster with pods. */
export type Place = 'Machine' | 'Cluster';

/** Fields that are accepted and that nothing acts on yet. */
const WITHOUT_EFFECT = ['verifier', 'objectives', 'proof', 'notify', 'interimVolumeTemplate'];
/** Those that say how pods are to be. */
const OF_PODS = ['tempDir', 'runtimeSettings'];

const KINDS_WITHOUT_EFFECT = ['BackupVerifierConfiguration', 'BackupVerifierSession'];

/** What of an object is stored but not acted on, as paths or, for a whole kind, a sentence; a user is told rather than left to believe. */
export function withoutEffect(object: AnyObject, place: Place): string[] {
  if (KINDS_WITHOUT_EFFECT.includes(object.kind)) return [`nothing acts on ${object.kind} objects yet`];
  if (object.kind !== 'BackupConfiguration' && object.kind !== 'BackupBatch') return [];
  const spec = (object.spec ?? {}) as Record<string, unknown>;
  const members = Array.isArray(spec.members) ? (spec.members as Record<string, unknown>[]) : [];
  const names = place === 'Cluster' ? WITHOUT_EFFECT : [...WITHOUT_EFFECT, ...OF_PODS];
  return [...given(names, spec, 'spec'), ...members.flatMap((member, index) => given(names, member, `spec.members[${index}]`))];
}

function given(names: readonly string[], spec: Record<string, unknown>, path: string): string[] {
  return names.filter((name) => spec[name] !== undefined).map((name) => `${path}.${name}`);
}
