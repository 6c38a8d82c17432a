import type { BackupTargetStatus, HostBackupStats } from '../../api/backup-target-status.ts';
import { TAGS, tagText } from '../../api/names.ts';
import { keyText } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';
import type { BackupPlace, BackupTask, Order, RoleTask } from '../../orders/order.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import { type Member, memberKey } from '../../rules/invoker.ts';
import { primaryOnly } from '../../rules/primary-only.ts';
import { applicationOf, memberBinding, readCatalog } from '../catalog.ts';
import { backupAgent } from '../host-agent.ts';
import { targetKey, targetText } from '../platform-port.ts';
import { type OpenedRepository, openRepository } from '../repository/open.ts';
import { outputFile, stashRun } from '../stash-program.ts';
import { chainOrder } from './chain-order.ts';
import { usableFor } from './opening.ts';
import type { SessionRun } from './session-run.ts';

/** Order ids follow from the session, the target, the host and the attempt, so that giving an order again never makes a second run. */
export function backupOrderId(run: SessionRun, target: number, host: HostBackupStats): string {
  return orderIdOf(run.purpose, `${run.session.metadata.uid}.${target}.${host.hostname}.${host.attempts ?? 1}`);
}

/** The order for one host, with everything secret it needs; made each time it is given, never kept. */
export async function backupOrder(
  run: SessionRun,
  target: BackupTargetStatus,
  host: HostBackupStats,
  id: string,
): Promise<{ agent: string; order: Order }> {
  const { ctx, invoker, line } = run;
  const { key, member, binding, application } = await boundTarget(run, target);
  const onlyPrimary = primaryOnly(member, binding.supports);
  if (onlyPrimary && host.role !== 'Primary')
    throw new StashError('NoPrimary', `host ${host.hostname} is not known to be the primary, and only the primary is backed up`);
  const opened = await Promise.all(run.repositories.map((ref) => openRepository(ctx, ref, invoker.namespace)));
  const repositories = opened.map((one) => ({ ...one.open, ...unusableFor(run, one) }));
  const stash =
    binding.stashTask &&
    stashRun({
      ...stashInput(run, id),
      task: binding.stashTask,
      target: key,
      spec: member.target,
      application,
      host: host.hostname ?? '',
      repositories: opened,
    });
  const { agent, paths, login } = await backupAgent(ctx, { target: key, host: host.hostname ?? '', member, binding, application, stash });
  const task: BackupTask = {
    type: 'Backup',
    operation: run.operation === 'Incremental' ? 'Incremental' : 'Full',
    alias: line.alias,
    host: host.hostname ?? '',
    steps: binding.steps,
    // The session's time and not the order's: what a first attempt stored counts, and an order that is given again is the same one.
    ...(stash === undefined ? {} : { output: { file: outputFile(stash), since: run.status.startTime ?? '' } }),
    ...(onlyPrimary ? { onlyPrimary } : {}),
    paths: member.target?.paths ?? paths ?? [],
    exclude: member.target?.exclude ?? [],
    args: member.target?.args ?? [],
    repositories,
    tags: [
      tagText(TAGS.operation, run.operation),
      tagText(TAGS.target, targetText(key)),
      tagText(TAGS.session, keyText({ namespace: invoker.namespace, name: run.session.metadata.name })),
      tagText(TAGS.alias, line.alias),
      ...(onlyPrimary ? [tagText(TAGS.source, 'Primary')] : []),
    ],
    ...chainOrder(member, binding),
    ...login,
  };
  return { agent, order: { id, epoch: ctx.epoch, deadline: run.status.sessionDeadline ?? '', purpose: run.purpose, task } };
}

/** Of several repositories one that cannot be used keeps nothing from the others. */
function unusableFor(run: SessionRun, opened: OpenedRepository): Pick<BackupPlace, 'unusable'> {
  const verdict = usableFor(run, opened);
  return typeof verdict === 'string' ? {} : { unusable: verdict };
}

/** The order that asks one host for its role. */
export async function roleOrder(
  run: SessionRun,
  target: BackupTargetStatus,
  host: HostBackupStats,
  order: { id: string; deadline: string },
): Promise<{ agent: string; order: Order }> {
  const { ctx } = run;
  const { key, member, binding, application } = await boundTarget(run, target);
  const { agent, login } = await backupAgent(ctx, { target: key, host: host.hostname ?? '', member, binding, application });
  const task: RoleTask = { type: 'Role', steps: binding.steps.filter((step) => step.roles === true), ...login };
  return { agent, order: { ...order, epoch: ctx.epoch, purpose: run.purpose, task } };
}

/** What runs for a target of the session; throws what keeps it from running. */
export async function boundTarget(run: SessionRun, target: BackupTargetStatus) {
  const { ctx, invoker, line } = run;
  const member = memberOf(run, target);
  return {
    key: targetKey(target.ref ?? {}, invoker.namespace),
    member,
    binding: await memberBinding(ctx, member, invoker.namespace, line.alias, await readCatalog(ctx)),
    application: await applicationOf(ctx, member.target, invoker.namespace),
  };
}

function stashInput({ ctx, session, status, invoker }: SessionRun, orderId: string) {
  const { name, uid } = session.metadata;
  const own = { kind: 'BackupSession', name, namespace: invoker.namespace, uid } as const;
  return { session: own, invoker, orderId, deadline: status.sessionDeadline ?? '', redacted: ctx.log.redacted };
}

export function memberOf(run: SessionRun, target: BackupTargetStatus): Member {
  const key = memberKey(target.ref, run.invoker.namespace);
  const member = run.invoker.members.find((one) => one.key === key);
  if (member === undefined) throw new StashError('Canceled', `${key} is not a target of ${run.invoker.name} any more`);
  return member;
}
