import type { AnyObject } from '../api/object.ts';

/** Fields that are accepted and that nothing acts on yet, or not on one machine. */
const WITHOUT_EFFECT = [
  'verifier',
  'objectives',
  'proof',
  'notify',
  'chain',
  'source',
  'tempDir',
  'interimVolumeTemplate',
  'runtimeSettings',
];

const KINDS_WITHOUT_EFFECT = ['BackupBlueprint', 'BackupVerifierConfiguration', 'BackupVerifierSession'];

/** What of an object is stored but not acted on, as paths or, for a whole kind, a sentence; a user is told rather than left to believe. */
export function withoutEffect(object: AnyObject): string[] {
  if (KINDS_WITHOUT_EFFECT.includes(object.kind)) return [`nothing acts on ${object.kind} objects yet`];
  if (object.kind !== 'BackupConfiguration' && object.kind !== 'BackupBatch') return [];
  const spec = (object.spec ?? {}) as Record<string, unknown>;
  const members = Array.isArray(spec.members) ? (spec.members as Record<string, unknown>[]) : [];
  return [...given(spec, 'spec'), ...members.flatMap((member, index) => given(member, `spec.members[${index}]`))];
}

function given(spec: Record<string, unknown>, path: string): string[] {
  return WITHOUT_EFFECT.filter((name) => spec[name] !== undefined).map((name) => `${path}.${name}`);
}
