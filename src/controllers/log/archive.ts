import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { keyText } from '../../api/object.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import { orderError } from '../../orders/order-error.ts';
import { apart } from '../../rules/elapsed.ts';
import { type Invoker, repositoriesOf } from '../../rules/invoker.ts';
import { type Context, timeText } from '../context.ts';
import type { CheckedOperation } from '../invoker/operations.ts';
import { isRecordedIn } from '../repository/log-records.ts';
import { openRepository } from '../repository/open.ts';
import { usable } from '../repository/usable.ts';
import { targetHosts } from '../target-hosts.ts';
import { afterLeaving, withoutLeft } from './left-hosts.ts';
import { type LogNews, logNews } from './news.ts';
import { gateOf, type LogLine, logOrder, logOrderId, onlyOfPrimary, targetOf } from './order.ts';
import { afterLogReport, logLine, previousLog, withError } from './status.ts';

/** An agent takes an order within a poll or two; one that has said nothing for so long is not there. */
const UNHEARD_MS = 120_000;
/** How soon a tick by hand looks again at a repository that is being opened, or under maintenance. */
const BUSY_MS = 5_000;

/** When each host archives its log once: what tells it from every other, and the session that asked for it, if one did. */
export interface Tick {
  id: string;
  asked?: string;
}

export interface LogTick {
  /** What the line's status has of the log. */
  fields: Partial<ExecOpStatus>;
  news: LogNews[];
  /** Looked at again after so many milliseconds. */
  wakeMs?: number;
  /** Once the status is stored. */
  settle: () => void;
}

/**
 * One look at a Log alias: takes what agents have reported, and at a tick gives each host that is at nothing one order. A repository that is
 * under maintenance, or cannot be used, is left out of it: what it lacks stays in the stage until the next tick.
 */
export async function archiveLogs(
  ctx: Context,
  invoker: Invoker,
  { line }: CheckedOperation,
  known: ExecOpStatus | undefined,
  tick: Tick | undefined,
): Promise<LogTick> {
  const wanted = repositoriesOf(invoker, line.alias).map(keyText);
  const settled: string[] = [];
  const hosts: LogHostStatus[] = [];
  const onlyPrimary = new Set<string>();
  let uploads = known?.uploads ?? 0;
  for (const member of invoker.members.filter(({ key }) => line.members.includes(key))) {
    const of = { ctx, invoker, line, member };
    const before = (known?.logs ?? []).filter(({ target }) => target === targetOf(of));
    if (await onlyOfPrimary(of).catch(() => false)) onlyPrimary.add(targetOf(of));
    const names = tick === undefined ? [] : await hostNames(of);
    const fresh = names.filter((name) => !before.some(({ host }) => host === name));
    const there: LogHostStatus[] = [...before, ...fresh.map((host) => ({ target: targetOf(of), host }))];
    // Where no host is there at all, as between two pods, nothing tells who comes back.
    const told = there.map((host) => take(of, host, settled)).map((host) => (names.length === 0 ? host : afterLeaving(host, names)));
    uploads += told.reduce((sum, host, at) => sum + (host.unrecorded?.length ?? 0) - (there[at]?.unrecorded?.length ?? 0), 0);
    for (const host of names.length === 0 ? told : withoutLeft(told, names)) {
      const free = host.orderID === undefined;
      if (!free) hosts.push(await goOn(of, host, told, settled));
      else if (tick !== undefined && names.includes(host.host) && (tick.asked === undefined || tick.asked !== host.asked))
        hosts.push(await begin(of, host, told, tick));
      else hosts.push(host);
    }
  }
  // Of targets that are gone, what is to be recorded.
  const gone = (known?.logs ?? []).filter((one) => one.unrecorded !== undefined && !hosts.some(({ target }) => target === one.target));
  hosts.push(...gone.map(({ target, host, unrecorded = [] }) => ({ target, host, unrecorded })));
  const recorded = await Promise.all(hosts.map((host) => withoutRecorded(ctx, host)));
  const fields = logLine(recorded, wanted, uploads, onlyPrimary);
  return {
    fields,
    news: logNews(line.alias, known ?? {}, fields, onlyPrimary),
    ...(recorded.some(({ orderID }) => orderID !== undefined) ? { wakeMs: UNHEARD_MS / 2 } : {}),
    ...(tick?.asked !== undefined && recorded.every(({ orderID, asked }) => orderID === undefined && asked !== tick.asked)
      ? { wakeMs: BUSY_MS }
      : {}),
    settle: () => {
      for (const id of settled) {
        ctx.desk.acknowledge(id);
        ctx.gates.release(gateOf(id));
      }
    },
  };
}

async function hostNames({ ctx, invoker, member }: LogLine): Promise<string[]> {
  const answer = await targetHosts(ctx, member.target, invoker.namespace);
  return 'missing' in answer ? [] : answer.hosts;
}

/** What its agent has reported, if its order has ended. */
function take({ ctx }: LogLine, host: LogHostStatus, settled: string[]): LogHostStatus {
  const report = host.orderID === undefined ? undefined : ctx.desk.report(host.orderID);
  if (host.orderID === undefined || report === undefined || report.state === 'Running') return host;
  settled.push(host.orderID);
  return afterLogReport(host, report);
}

async function begin(of: LogLine, host: LogHostStatus, hosts: readonly LogHostStatus[], tick: Tick): Promise<LogHostStatus> {
  const { ctx, invoker, line } = of;
  const id = logOrderId(of, host.host, tick.id);
  const using: string[] = [];
  let later = false;
  let repositories = host.repositories ?? [];
  for (const ref of repositoriesOf(invoker, line.alias)) {
    const name = keyText(ref);
    const trouble = await repositoryTrouble(of, ref);
    if (trouble === 'Opening') later = true;
    else if (trouble !== undefined)
      repositories = [
        ...repositories.filter((one) => one.name !== name),
        { ...repositories.find((one) => one.name === name), name, error: trouble.message, errorCode: trouble.code },
      ];
    else if (ctx.gates.tryShare(ref, gateOf(id))) using.push(name);
    else later = true;
  }
  // Who asks for the log now is told when it is stored everywhere; a tick of the schedule leaves the rest to the next.
  if (later && tick.asked !== undefined) {
    ctx.gates.release(gateOf(id));
    return host;
  }
  const asked = tick.asked === undefined ? {} : { asked: tick.asked };
  const started = { ...host, ...asked, repositories, orderID: id, startTime: timeText(ctx.clock.now()), using };
  return give(of, started, hosts);
}

/** Why a repository cannot be used now. */
async function repositoryTrouble({ ctx, invoker }: LogLine, ref: { namespace: string; name: string }) {
  try {
    const now = ctx.clock.now();
    const verdict = usable(await openRepository(ctx, ref, invoker.namespace), 0, now);
    if (verdict === 'NotKnownYet') return 'Opening';
    return verdict === 'Ready' ? undefined : verdict;
  } catch (thrown) {
    return orderError(asStashError(thrown));
  }
}

async function give(of: LogLine, host: LogHostStatus, hosts: readonly LogHostStatus[]): Promise<LogHostStatus> {
  const { ctx } = of;
  try {
    const { agent, order } = await logOrder(of, host, previousLog(hosts, host));
    ctx.desk.give(agent, order);
    return host;
  } catch (thrown) {
    ctx.gates.release(gateOf(host.orderID ?? ''));
    return withError(host, orderError(asStashError(thrown)));
  }
}

/** An order that an earlier operator gave is given again, so that its end is heard of; one that nobody takes is given up. */
async function goOn(of: LogLine, host: LogHostStatus, hosts: readonly LogHostStatus[], settled: string[]): Promise<LogHostStatus> {
  const { ctx } = of;
  const id = host.orderID ?? '';
  if (ctx.desk.report(id) !== undefined && ctx.desk.given(id)) return host;
  const waited = apart(Math.max(Date.parse(host.startTime ?? ''), ctx.startedAt.getTime()), ctx.clock.now());
  if (ctx.desk.report(id) === undefined && waited >= UNHEARD_MS) {
    const hindrance = ctx.desk.hindrance(id);
    ctx.desk.cancel(id, 'the agent has not taken it in time');
    settled.push(id);
    const why = `its agent has said nothing for ${UNHEARD_MS / 1000} s${hindrance === undefined ? '' : `: ${hindrance}`}`;
    return withError(host, orderError(new StashError('HostSilent', why)));
  }
  if (ctx.desk.given(id)) return host;
  return give(of, host, hosts);
}

async function withoutRecorded(ctx: Context, host: LogHostStatus): Promise<LogHostStatus> {
  if (host.unrecorded === undefined) return host;
  const { unrecorded, ...rest } = host;
  const left = [];
  for (const one of unrecorded) if (!(await isRecordedIn(ctx, one))) left.push(one);
  return left.length === 0 ? rest : { ...rest, unrecorded: left };
}
