import type { BackupBatch } from '../api/backup-batch.ts';
import type { BackupConfiguration } from '../api/backup-configuration.ts';
import type { BackupSession } from '../api/backup-session.ts';
import type { ObjectKey } from '../api/object.ts';
import type { Context } from './context.ts';

/** A BackupConfiguration or BackupBatch; any kind but BackupBatch is taken to be the first. */
async function readInvoker(
  ctx: Pick<Context, 'store'>,
  kind: string | undefined,
  key: ObjectKey,
): Promise<BackupConfiguration | BackupBatch | undefined> {
  return kind === 'BackupBatch' ? ctx.store.get('BackupBatch', key) : ctx.store.get('BackupConfiguration', key);
}

/** What a session is for; undefined when that is gone. */
export function invokerOfSession(ctx: Pick<Context, 'store'>, { spec, metadata }: BackupSession) {
  return readInvoker(ctx, spec.invoker.kind, { namespace: metadata.namespace ?? '', name: spec.invoker.name });
}

/** The alias a session runs: its own, or the only one there is. */
export function aliasOfSession({ spec }: BackupSession, operations: readonly { alias: string }[]): string {
  return spec.alias ?? operations[0]?.alias ?? '';
}
