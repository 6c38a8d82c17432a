import type { BackupSession } from '../../api/backup-session.ts';
import { keyOf, keyText } from '../../api/object.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { operationOf } from '../../rules/operation.ts';
import { decideSlots, type SlotDecision, type SlotSession } from '../../rules/slots.ts';
import type { Context } from '../context.ts';
import { restoreTargets, targetKey, targetText } from '../platform-port.ts';
import { aliasOfSession, invokerOfSession } from '../read-invoker.ts';

/** What the slots say of one waiting session or restore. Call it with `ctx.slots` held, and write the outcome before letting go. */
export async function slotOf(
  ctx: Context,
  kind: 'BackupSession' | 'RestoreSession',
  key: { namespace: string; name: string },
): Promise<SlotDecision> {
  const [backups, restores] = await Promise.all([ctx.store.list('BackupSession'), ctx.store.list('RestoreSession')]);
  const open = [
    ...(await Promise.all(backups.filter(takesPart).map((session) => backupSlot(ctx, session)))),
    ...restores.filter(takesPart).map(restoreSlot),
  ].filter((one) => one !== undefined);
  return decideSlots(open).get(`${kind}/${keyText(key)}`) ?? { do: 'run' };
}

/** The slot is free again once the data is stored. */
function takesPart({ status, metadata }: BackupSession | RestoreSession): boolean {
  const phase = status?.phase ?? 'Pending';
  return phase === 'Running' || (phase === 'Pending' && metadata.deletionTimestamp === undefined);
}

async function backupSlot(ctx: Context, session: BackupSession): Promise<SlotSession | undefined> {
  const { kind, name } = session.spec.invoker;
  const key = { namespace: session.metadata.namespace ?? '', name };
  const object = await invokerOfSession(ctx, session);
  if (object === undefined) return undefined;
  const invoker = invokerOf(object);
  const alias = aliasOfSession(session, invoker.operations);
  const members = session.spec.members ?? invoker.operations.filter((line) => line.alias === alias).flatMap((line) => line.members);
  const type = invoker.operations.find((line) => line.alias === alias)?.type;
  return {
    key: `BackupSession/${keyText(keyOf(session))}`,
    targets: invoker.members
      .filter((member) => members.includes(member.key))
      .map((member) => targetText(targetKey(member.target?.ref ?? {}, key.namespace))),
    operation: operationOf({ alias, ...(type === undefined ? {} : { type }) }, ['Incremental']),
    phase: session.status?.phase === 'Running' ? 'Running' : 'Waiting',
    createdAt: session.metadata.creationTimestamp ?? '',
    name: session.metadata.name,
    invoker: `${kind}/${keyText(key)}`,
    alias: `${alias} ${members.join(' ')}`,
    manual: session.spec.trigger !== 'Schedule' && session.spec.trigger !== 'MissedRun',
  };
}

function restoreSlot(session: RestoreSession): SlotSession {
  const key = keyText(keyOf(session));
  return {
    key: `RestoreSession/${key}`,
    targets: restoreTargets(session.spec.target, session.metadata.namespace ?? '').map(targetText),
    operation: 'Restore',
    phase: session.status?.phase === 'Running' ? 'Running' : 'Waiting',
    createdAt: session.metadata.creationTimestamp ?? '',
    name: session.metadata.name,
    invoker: `RestoreSession/${key}`,
    alias: 'restore',
    manual: true,
  };
}
