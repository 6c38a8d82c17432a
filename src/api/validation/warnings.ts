import type { BackupBatchSpec } from '../backup-batch.ts';
import type { BackupConfigurationSpec } from '../backup-configuration.ts';
import type { FunctionSpec } from '../function.ts';
import type { AnyObject } from '../object.ts';
import type { RestoreSessionSpec } from '../restore-session.ts';

/** What is accepted but probably not meant, or of no effect. */
export function warningsOf(object: AnyObject): string[] {
  switch (object.kind) {
    case 'BackupConfiguration':
      return invokerWarnings(object.spec as BackupConfigurationSpec, [object.spec as BackupConfigurationSpec]);
    case 'BackupBatch':
      return invokerWarnings(object.spec as BackupBatchSpec, [
        object.spec as BackupBatchSpec,
        ...((object.spec as BackupBatchSpec).members ?? []),
      ]);
    case 'RestoreSession':
      return (object.spec as RestoreSessionSpec).rules === undefined ? [] : ['spec.rules is deprecated: use spec.target.rules'];
    case 'Function':
      return (object.spec as FunctionSpec).podSecurityPolicyName === undefined ? [] : ['spec.podSecurityPolicyName has no effect'];
    default:
      return [];
  }
}

function invokerWarnings(
  invoker: BackupConfigurationSpec | BackupBatchSpec,
  parts: Pick<BackupConfigurationSpec, 'execOps' | 'sidecar' | 'restore'>[],
): string[] {
  const known = new Set(parts.flatMap(({ execOps = [] }) => execOps.map(({ alias }) => alias)));
  if (invoker.schedule !== undefined || known.size === 0) known.add('backup');
  const bound = parts.flatMap(({ sidecar = [], restore = [] }) => [...sidecar, ...restore].flatMap(({ execAlias }) => execAlias));
  return [
    ...(invoker.retentionPolicy === undefined ? ['spec.retentionPolicy is absent: every snapshot is kept'] : []),
    ...[...new Set(bound)]
      .filter((alias) => !known.has(alias))
      .map((alias) => `alias "${alias}" is bound, but spec.execOps has no such alias`),
  ];
}
