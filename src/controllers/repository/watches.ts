import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { keyOf, type ObjectKey, parseKey } from '../../api/object.ts';
import { unknownSeries } from '../../rules/window/extend.ts';
import type { Watch } from '../../runtime/controller.ts';
import { whenChanged } from '../../runtime/when-changed.ts';
import type { Context } from '../context.ts';
import { invokerOfSession } from '../read-invoker.ts';
import { logsToRecord } from './log-records.ts';
import { needsRecording, storedRepositories, troubledRepositories } from './sessions.ts';

/** Whose changes concern a Repository: its secret, who uses it, and sessions that wait for it or have stored something in it. */
export function repositoryWatches(ctx: Context): Watch[] {
  const own = (object: { metadata: { namespace?: string } }, name: string | undefined) =>
    name === undefined ? [] : [{ namespace: object.metadata.namespace ?? '', name }];
  return [
    { kind: 'Secret', map: async (secret) => repositoriesWithSecret(ctx, keyOf(secret)) },
    // What these say in status is nothing to a Repository, but that there are many logs to record.
    {
      kind: 'BackupConfiguration',
      map: whenChanged<BackupConfiguration>(
        generation,
        async (key) => (await ctx.store.get('BackupConfiguration', key)) !== undefined,
        uses,
      ),
    },
    {
      kind: 'BackupBatch',
      map: whenChanged<BackupBatch>(generation, async (key) => (await ctx.store.get('BackupBatch', key)) !== undefined, uses),
    },
    {
      kind: 'BackupSession',
      map: async (session) => {
        const troubled = troubledRepositories(session).map(({ name }) => parseKey(name));
        if (needsRecording(session)) return [...storedRepositories(session).map(parseKey), ...troubled];
        if (troubled.length > 0) return troubled;
        if (session.status?.phase !== undefined && session.status.phase !== 'Pending') return [];
        const invoker = await invokerOfSession(ctx, session);
        return invoker === undefined ? [] : uses(invoker);
      },
    },
    { kind: 'RestoreSession', map: (session) => own(session, session.spec.repository?.name) },
  ];
}

async function repositoriesWithSecret(ctx: Context, secret: ObjectKey): Promise<ObjectKey[]> {
  const repositories = await ctx.store.view('Repository', { namespace: secret.namespace });
  return repositories.filter((one) => one.spec.backend.storageSecretName === secret.name).map(keyOf);
}

function generation(object: BackupConfiguration | BackupBatch): unknown {
  return [object.metadata.generation, logsToRecord(object), unknownSeries(object.status?.recoverable, object.status?.execOps ?? [])];
}

/** The Repositories it names; of one that is gone nothing but its name may be known. */
function uses({
  metadata,
  spec,
}: Partial<Pick<BackupConfiguration | BackupBatch, 'spec'>> & { metadata: { namespace?: string } }): ObjectKey[] {
  const all = spec?.repositories ?? (spec?.repository === undefined ? [] : [spec.repository]);
  return all.map((one) => ({ namespace: one.namespace ?? metadata.namespace ?? '', name: one.name }));
}
