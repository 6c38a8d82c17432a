import type { BackupSession } from '../../api/backup-session.ts';
import { keyText, type ObjectKey } from '../../api/object.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import type { Context } from '../context.ts';
import { TROUBLED_SESSIONS, UNFINISHED_BACKUPS, UNRECORDED_SESSIONS } from '../indexes.ts';
import { invokersOf } from './policies.ts';
import { storedEntries, troubledRepositories } from './sessions.ts';

type Reading = Pick<Context, 'store'>;

/** Sessions that stored something in this repository and have not seen it in the records yet. */
export async function unrecordedSessions(ctx: Reading, repository: RepositoryRef): Promise<BackupSession[]> {
  const sessions = await ctx.store.view('BackupSession', { having: { index: UNRECORDED_SESSIONS, key: keyText(repository) } });
  return sessions.filter((session) => storedEntries(session, repository).length > 0);
}

/** When the newest session or restore that waits for this repository was created. */
export async function waitingSince(ctx: Reading, key: ObjectKey): Promise<string | undefined> {
  const sessionsOf = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }) =>
    ctx.store.view('BackupSession', { having: { index: UNFINISHED_BACKUPS, key: `${kind}/${namespace}/${name}` } });
  const backups = (await Promise.all((await invokersOf(ctx, key)).map(sessionsOf))).flat();
  const restores = await ctx.store.view('RestoreSession', { namespace: key.namespace });
  return [...backups, ...restores.filter(({ spec }) => spec.repository?.name === key.name)]
    .filter(({ status }) => status?.phase === undefined || status.phase === 'Pending')
    .map(({ metadata }) => metadata.creationTimestamp ?? '')
    .sort()
    .at(-1);
}

/** When a session last failed to use the repository in a way that calls for a look at it. */
export async function troubleAt(ctx: Reading, key: ObjectKey): Promise<string | undefined> {
  const sessions = await ctx.store.view('BackupSession', { having: { index: TROUBLED_SESSIONS, key: keyText(key) } });
  return sessions
    .flatMap(troubledRepositories)
    .filter(({ name }) => name === keyText(key))
    .map(({ time }) => time)
    .sort()
    .at(-1);
}
