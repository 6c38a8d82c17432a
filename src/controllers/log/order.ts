import type { LogHostStatus } from '../../api/log-host-status.ts';
import { TAGS, tagText } from '../../api/names.ts';
import { keyText } from '../../api/object.ts';
import type { LogTask, Order, PreviousLog, RepositoryRef } from '../../orders/order.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import { type Invoker, invokerOf, type Member, type PlannedOperation, repositoriesOf } from '../../rules/invoker.ts';
import { operationOf } from '../../rules/operation.ts';
import { primaryOnly } from '../../rules/primary-only.ts';
import { applicationOf, memberBinding, readCatalog } from '../catalog.ts';
import type { Context } from '../context.ts';
import { backupAgent } from '../host-agent.ts';
import { INVOKERS_BY_TARGET, invokersHaving } from '../indexes.ts';
import { targetKey, targetText } from '../platform-port.ts';
import { openRepository } from '../repository/open.ts';

/** Longest time one tick may take: the first may have to copy and store all that the server has. */
const DEADLINE_MS = 6 * 3_600_000;

/** One Log alias of an invoker for one of its members. */
export interface LogLine {
  ctx: Context;
  invoker: Invoker;
  line: PlannedOperation;
  member: Member;
}

/** What holds a repository for an order, while it runs. */
export function gateOf(orderId: string): string {
  return `Log/${orderId}`;
}

function logPurpose({ kind, namespace, name }: Invoker): string {
  return `${kind}/${namespace}/${name}`;
}

export function targetOf({ invoker, member }: LogLine): string {
  return targetText(targetKey(member.target?.ref ?? {}, invoker.namespace));
}

/** Follows from the tick, so that a tick that is decided again gives the same order. */
export function logOrderId({ invoker, line, member }: LogLine, host: string, tick: string): string {
  return orderIdOf(logPurpose(invoker), `${invoker.uid}.${line.id}.${member.key}.${host}.${tick}`);
}

/** Whether a host that says it is a replica has nothing to archive. */
export async function onlyOfPrimary({ ctx, invoker, line, member }: LogLine): Promise<boolean> {
  const binding = await memberBinding(ctx, member, invoker.namespace, line.alias, await readCatalog(ctx));
  return primaryOnly(member, binding.supports);
}

/** The order for one host, with everything secret it needs; made each time it is given, never kept. */
export async function logOrder(
  of: LogLine,
  { host, orderID = '', startTime = '', using = [] }: LogHostStatus,
  previous: PreviousLog | undefined,
): Promise<{ agent: string; order: Order }> {
  const { ctx, invoker, line, member } = of;
  const target = targetKey(member.target?.ref ?? {}, invoker.namespace);
  const binding = await memberBinding(ctx, member, invoker.namespace, line.alias, await readCatalog(ctx));
  const application = await applicationOf(ctx, member.target, invoker.namespace);
  const own = repositoriesOf(invoker, line.alias);
  const used = own.filter((one) => using.includes(keyText(one)));
  const repositories = await Promise.all(used.map(async (ref) => (await openRepository(ctx, ref, invoker.namespace)).open));
  const { agent, login } = await backupAgent(ctx, { target, host, member, binding, application });
  const task: LogTask = {
    type: 'Log',
    alias: line.alias,
    host,
    steps: binding.steps,
    ...login,
    repositories,
    wanted: await wantedOf(of, own),
    tags: [tagText(TAGS.target, targetText(target)), tagText(TAGS.alias, line.alias)],
    onlyPrimary: primaryOnly(member, binding.supports),
    ...(previous === undefined ? {} : { previous }),
  };
  const deadline = new Date(Date.parse(startTime) + DEADLINE_MS).toISOString();
  return { agent, order: { id: orderID, epoch: ctx.epoch, deadline, purpose: logPurpose(invoker), task } };
}

/** The Repositories of every alias that archives this log, of whatever object: its hosts have one stage. */
async function wantedOf(of: LogLine, own: readonly RepositoryRef[]): Promise<RepositoryRef[]> {
  const target = targetOf(of);
  const others = (await invokersHaving(of.ctx.store, INVOKERS_BY_TARGET, target)).map(invokerOf).flatMap((invoker) => {
    const members = invoker.members.filter((member) => targetOf({ ...of, invoker, member }) === target).map(({ key }) => key);
    return invoker.operations
      .filter((line) => isLog(line) && line.members.some((key) => members.includes(key)))
      .flatMap(({ alias }) => repositoriesOf(invoker, alias));
  });
  return [...new Map([...own, ...others].map(({ namespace, name }) => [keyText({ namespace, name }), { namespace, name }])).values()];
}

function isLog({ alias, type }: PlannedOperation): boolean {
  return operationOf({ alias, ...(type === undefined ? {} : { type }) }, []) === 'Log';
}
