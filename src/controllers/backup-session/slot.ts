import type { BackupSession } from '../../api/backup-session.ts';
import { keyOf, keyText } from '../../api/object.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { operationOf } from '../../rules/operation.ts';
import { decideSlots, type SlotDecision, type SlotSession } from '../../rules/slots.ts';
import type { Context } from '../context.ts';
import { INVOKERS_BY_TARGET, invokersHaving, sessionsInvoker, UNFINISHED_BACKUPS, UNFINISHED_RESTORES } from '../indexes.ts';
import { restoreTargets, targetKey, targetText } from '../platform-port.ts';
import { aliasOfSession, invokerOfSession } from '../read-invoker.ts';

/**
 * Tells `act` what the slots say of one waiting session or restore. What comes of it must be written before that resolves: until then none
 * with a target in common is decided.
 */
export async function withSlot<T>(
  ctx: Context,
  session: BackupSession | RestoreSession,
  act: (decision: SlotDecision) => Promise<T>,
): Promise<T> {
  const own = isBackup(session) ? await backupSlot(ctx, session) : restoreSlot(session);
  return ctx.slots.run(own?.targets ?? [], async () => act(own === undefined ? { do: 'run' } : await decide(ctx, session, own)));
}

async function decide(ctx: Context, session: BackupSession | RestoreSession, own: SlotSession): Promise<SlotDecision> {
  const rivals = isBackup(session) ? await backupsOf(ctx, sessionsInvoker(session)) : [];
  return decideSlots(await connected(ctx, [own, ...rivals])).get(own.key) ?? { do: 'run' };
}

/** These and all that share a target with one of them, or with one that does: nobody else has a say in when they run. */
async function connected(ctx: Context, begin: readonly SlotSession[]): Promise<SlotSession[]> {
  const found = new Map(begin.map((slot) => [slot.key, slot]));
  // Grows while it is gone through.
  const targets = new Set(begin.flatMap((slot) => slot.targets));
  for (const key of targets) {
    const invokers = await invokersHaving(ctx.store, INVOKERS_BY_TARGET, key);
    const backups = await Promise.all(invokers.map((one) => backupsOf(ctx, `${one.kind}/${keyText(keyOf(one))}`)));
    const restores = await ctx.store.view('RestoreSession', { having: { index: UNFINISHED_RESTORES, key } });
    for (const slot of [...backups.flat(), ...restores.map(restoreSlot)]) {
      found.set(slot.key, slot);
      for (const target of slot.targets) targets.add(target);
    }
  }
  return [...found.values()];
}

async function backupsOf(ctx: Context, key: string): Promise<SlotSession[]> {
  const sessions = await ctx.store.view('BackupSession', { having: { index: UNFINISHED_BACKUPS, key } });
  return (await Promise.all(sessions.map((one) => backupSlot(ctx, one)))).filter((one) => one !== undefined);
}

function isBackup(session: BackupSession | RestoreSession): session is BackupSession {
  return session.kind === 'BackupSession';
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
