import { setTimeout as delay } from 'node:timers/promises';
import { isCode, StashError } from '../errors/error.ts';
import { boundedReport } from '../orders/bounded-report.ts';
import type { Order } from '../orders/order.ts';
import { orderError } from '../orders/order-error.ts';
import { type PollResponse, PROTOCOL } from '../orders/protocol.ts';
import type { OrderResult, Report } from '../orders/report.ts';
import type { Logger } from '../runtime/log.ts';
import { backup, type Tools } from './backup.ts';
import type { OperatorClient } from './client.ts';
import type { Journal } from './journal.ts';
import { logBackup } from './log-backup.ts';
import { oneByOne } from './one-by-one.ts';
import { type OrderRun, runOrder } from './order-run.ts';
import { withPodVariables } from './pod-variables.ts';
import { repositoryWork } from './repository-work.ts';
import { resolvePoint } from './resolve-point.ts';
import { restore } from './restore.ts';
import { askRole } from './role.ts';
import type { WriteLog } from './session-log.ts';

interface AgentOptions {
  key: string;
  instance: string;
  /** Uid of the pod it runs in, if it does. */
  pod?: string;
  client: OperatorClient;
  journal: Journal;
  /** Whether its directory is still the one it began with; without it, it does no good and keeps nobody else out. */
  hasDirectory?: () => boolean;
  tools: Tools;
  /** The environment of its container, where functions have variables in it that only the kubelet could read. */
  podEnv?: Readonly<Record<string, string | undefined>>;
  /** Opens the log of an order; what is written to it holds no secret any more. */
  openLog: (order: Order) => WriteLog;
  now: () => Date;
  signal: AbortSignal;
  /** Ends when it has had nothing to do for so long; milliseconds. */
  idleMs: number;
  /** Ends when the operator has not answered for so long and nothing runs; milliseconds. */
  aloneMs: number;
  /** What concerns no order: that the operator cannot be reached, or does not want this agent. */
  log?: Pick<Logger, 'info' | 'warn'>;
}

const POLL_MS = 20_000;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 4_000;
/** Progress is sent at most so often. */
const PROGRESS_MS = 500;

interface Running {
  stop: AbortController;
  done: Promise<void>;
}

/**
 * The agent: polls the operator for orders, carries them out side by side, reports until the report is acknowledged. Ends when the signal
 * aborts (running orders are stopped and reported as lost at the next start), when it has been idle, when another run of it has taken its
 * place, or when its directory was taken away.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { journal, client, now } = options;
  const running = new Map<string, Running>();
  const wake = wakeable();
  // Two that make a repository at once ruin it.
  const alone = oneByOne();
  // The series that goes on is one, whoever wants it.
  const oneLog = oneByOne();
  let epoch = 0;
  let lastContact = now().getTime();
  let lastBusy = now().getTime();
  let failures = 0;
  /** Why it ends before its time. */
  let end: string | undefined;

  const take = async (response: PollResponse) => {
    if (response.epoch < epoch) return;
    epoch = response.epoch;
    if (response.orders.length > 0 && options.hasDirectory?.() === false) {
      end = 'lost its directory';
      options.log?.warn('this agent ends, to be started anew: its directory was taken away', { agent: options.key });
      return;
    }
    await journal.cleared(response.cleared);
    for (const id of response.acknowledged) if (!running.has(id)) await journal.forget(id);
    for (const { orderId, reason } of response.cancel) running.get(orderId)?.stop.abort(new StashError('Canceled', reason));
    for (const order of response.orders) if (!running.has(order.id) && !journal.reports.has(order.id)) await start(order);
  };
  const start = async (order: Order) => {
    const first: Report = { orderId: order.id, state: 'Running', startTime: now().toISOString(), steps: [] };
    try {
      await journal.accept(order, first);
    } catch (cause) {
      const error = orderError(new StashError('StageUnusable', `the order cannot be written down: ${(cause as Error).message}`));
      return journal.refuse({ ...first, state: 'Failed', endTime: first.startTime, error });
    }
    const stop = new AbortController();
    const deadline = deadlineTimer(order, stop, now);
    const turns = order.task.type === 'Probe' ? alone : order.task.type === 'Log' ? oneLog : undefined;
    const work = (run: OrderRun) => (turns === undefined ? perform(run, options.tools) : turns(() => perform(run, options.tools)));
    const log = options.openLog(order);
    const whole = options.podEnv === undefined ? order : withPodVariables(order, options.podEnv);
    const done = runOrder(whole, work, { journal, log, now, signal: stop.signal, changed: () => wake.soon(PROGRESS_MS) }).then(() => {
      clearTimeout(deadline);
      running.delete(order.id);
      wake.soon(0);
    });
    running.set(order.id, { stop, done });
  };
  const mayEnd = () => {
    if (running.size > 0) return false;
    const time = now().getTime();
    if (journal.reports.size > 0) return time - lastContact > options.aloneMs;
    return time - lastBusy > options.idleMs;
  };

  const failed = async (error: unknown) => {
    if (isCode(error, 'Canceled')) return;
    if (isCode(error, 'AgentReplaced')) {
      end = 'was replaced';
      options.log?.warn('this agent ends: another run of it has taken its place', { agent: options.key, error });
      return;
    }
    if (isCode(error, 'ReportTooLarge')) await shrink(journal, error);
    else if (!isCode(error, ...PASSING)) throw error;
    if (failures === 0) options.log?.warn('the operator cannot be asked; it is tried again until it can', { agent: options.key, error });
    await delay(Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS), undefined, { signal: options.signal }).catch(() => undefined);
    failures = Math.min(failures + 1, 10);
  };

  while (!options.signal.aborted && end === undefined && !mayEnd()) {
    const reports = [...journal.reports.values()].map(boundedReport);
    if (reports.length > 0) lastBusy = now().getTime();
    const poll = wake.arm(options.signal);
    try {
      const waitMs = reports.length === 0 ? Math.min(POLL_MS, options.idleMs) : POLL_MS;
      const stopping = [...running].filter(([, { stop }]) => stop.signal.aborted).map(([id]) => id);
      const pod = options.pod === undefined ? {} : { pod: options.pod };
      const who = { protocol: PROTOCOL, agent: options.key, instance: options.instance, journal: journal.id, ...pod };
      const body = { ...who, reports, stopping, ended: [...journal.ended], processes: journal.processes(), waitMs };
      const response = await client.poll(body, poll);
      lastContact = now().getTime();
      if (failures > 0) options.log?.info('the operator answers again', { agent: options.key });
      failures = 0;
      await take(response);
    } catch (error) {
      await failed(error);
    }
  }
  for (const { stop } of running.values()) stop.abort(new StashError('AgentLost', `the agent ${end ?? 'was told to stop'} while this ran`));
  await Promise.all([...running.values()].map(({ done }) => done));
  await client.close();
}

/** What goes by when operator, network, token or certificate are mended: the agent goes on with its work meanwhile. */
const PASSING = ['OperatorUnreachable', 'OperatorUntrusted', 'TokenRefused', 'AgentNotAllowed', 'Invalid'] as const;

/** The largest report that has ended fails instead of keeping the agent from saying anything at all. */
async function shrink(journal: Journal, error: StashError): Promise<void> {
  const size = (report: Report) => JSON.stringify(report).length;
  const [largest] = [...journal.reports.values()].filter(({ result }) => result !== undefined).sort((a, b) => size(b) - size(a));
  if (largest === undefined) return;
  const { result: _result, ...rest } = largest;
  await journal.report({ ...rest, state: 'Failed', error: orderError(error) });
}

async function perform(run: OrderRun, tools: Tools): Promise<OrderResult> {
  const { task } = run.order;
  if (task.type === 'Backup') return backup(run, task, tools);
  if (task.type === 'Restore') return restore(run, task, tools);
  if (task.type === 'Resolve') return resolvePoint(run, task, tools);
  if (task.type === 'Role') return { type: 'Role', ...(await askRole(run, task.steps, task.connection, tools)) };
  if (task.type === 'Log') return logBackup(run, task, tools);
  return repositoryWork(run, task, tools.engine);
}

function deadlineTimer(order: Order, stop: AbortController, now: () => Date): NodeJS.Timeout {
  const left = Math.min(Math.max(0, Date.parse(order.deadline) - now().getTime()), 2 ** 31 - 1);
  return setTimeout(() => stop.abort(new StashError('DeadlineExceeded', `not done at the deadline ${order.deadline}`)), left);
}

/** Lets news end a poll that is waiting: at once, or gathered over a short time. */
function wakeable() {
  let current = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const fire = () => {
    timer = undefined;
    current.abort();
  };
  return {
    soon: (ms: number) => {
      if (ms === 0) {
        clearTimeout(timer);
        fire();
      } else timer ??= setTimeout(fire, ms);
    },
    /** A signal for the next poll; news since the last one was armed does not end it, they are in its body. */
    arm: (outer: AbortSignal): AbortSignal => {
      current = new AbortController();
      return AbortSignal.any([outer, current.signal]);
    },
  };
}
