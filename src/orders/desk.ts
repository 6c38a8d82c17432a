import { StashError } from '../errors/error.ts';
import { endedProcesses } from './ended-processes.ts';
import { knownAgents } from './known-agents.ts';
import { MOST_REPORTS } from './limits.ts';
import { sameTrust } from './may-report.ts';
import { neededProtocol } from './needed-protocol.ts';
import type { EndedProcess, Order, RepositoryRef } from './order.ts';
import { orderError } from './order-error.ts';
import { orderFate } from './order-fate.ts';
import { purposeOf } from './order-id.ts';
import type { PollRequest, PollResponse } from './protocol.ts';
import type { OrderError, Report } from './report.ts';

/** Where controllers leave orders and find reports. Everything in it can be made again from status and from the agents' journals. */
export interface Desk {
  /**
   * Idempotent by id. Makes sure that the agent runs. `begun`: status says that an agent has had it. Then it is not begun a second time:
   * an agent that knows nothing of it shows that it is lost. Throws Invalid for an agent whose word would not count.
   */
  give(agent: string, order: Order, begun?: boolean): void;
  /** Whether this operator has given it and still waits for it. */
  given(orderId: string): boolean;
  /** The latest report of an order; undefined when no agent has told of it yet. */
  report(orderId: string): Report | undefined;
  /** Why no agent has told of it yet, as far as that is known. */
  hindrance(orderId: string): string | undefined;
  /** Asks the agent to stop it; its report tells when it has. */
  cancel(orderId: string, reason: string): void;
  /** The report is in status for good: the agent may forget it. */
  acknowledge(orderId: string): void;
  /** Everything for an object that is gone, or has no use for it any more: orders are cancelled, reports acknowledged. Not these orders. */
  drop(purpose: string, except?: readonly string[]): void;
  /** Processes on this repository that ended without taking their lock away, as their agents confirmed. */
  ended(repository: RepositoryRef): EndedProcess[];
  /** Their locks are gone. */
  cleared(processes: EndedProcess[]): void;
}

interface DeskOptions {
  epoch: number;
  /** RFC 3339. */
  now: () => string;
  /** Starts the agent if it does not run. */
  ensureAgent: (agent: string) => void;
  /** News for the object an order is for (`Kind/namespace/name`). */
  notify: (purpose: string) => void;
  /** A repository has a newly known ended process. */
  endedProcess: (repository: RepositoryRef) => void;
  /** Whether the word of an agent counts for a purpose; absent: any agent's does, where all of them are one user's. */
  mayReport?: (agent: string, purpose: string) => boolean;
}

interface Entry {
  agent: string;
  order: Order | undefined;
  purpose: string;
  /** The agent may have it: an answer with it went out. */
  sent: boolean;
  /** Journal of the agent that may have it. */
  sentTo?: string | undefined;
  report?: Report;
  cancel?: string;
  hindrance?: string | undefined;
}

export interface AgentDesk extends Desk {
  /** Goes into every order. */
  readonly epoch: number;
  /** Answers an agent; holds the answer until there is something to say, at most `waitMs`. AgentReplaced when a newer run of it has polled. */
  poll(request: PollRequest, signal: AbortSignal): Promise<PollResponse>;
  /** Whether anything is expected of this agent. */
  busy(agent: string): boolean;
  /** Agents of which anything is expected. */
  busyAgents(): string[];
  /** Milliseconds since it last polled; undefined when it never did, or was forgotten. */
  silence(agent: string): number | undefined;
  /** It has ended, or is about to be started: what was heard of it before counts no more. */
  forget(agent: string): void;
  /** Orders of an agent that does not exist are handed to one that asks for them; those that somebody may have stay where they are. */
  assign(from: string, to: string): void;
  /** Whether it was given an order that an agent had under an earlier operator, and nobody has told this one of it. */
  begunElsewhere(agent: string): boolean;
  /** Why it does not start, if it does not; it may yet. */
  hindered(agent: string, why: string | undefined): void;
  /** It cannot be started: all that it was ordered has failed with this. */
  refuse(agent: string, error: OrderError): void;
  /**
   * The agent is gone for good, or what it was in that pod (its uid) is: what it may have begun has failed with this, and the processes it
   * last told of have ended. It is admitted no more; its successor gets what was not begun.
   */
  lost(agent: string, error: OrderError, pod?: string): void;
}

export function createDesk(options: DeskOptions): AgentDesk {
  const entries = new Map<string, Entry>();
  const acknowledged = new Map<string, Set<string>>();
  const waiting = new Map<string, () => void>();
  const ended = endedProcesses(options.endedProcess);
  const entriesOf = (agent: string) => [...entries.values()].filter((entry) => entry.agent === agent);
  const agents = knownAgents(
    () => performance.now(),
    (agent) => entriesOf(agent).length > 0,
  );
  const wake = (agent: string) => waiting.get(agent)?.();

  const acknowledge = (orderId: string) => {
    const entry = entries.get(orderId);
    if (entry === undefined) return;
    entries.delete(orderId);
    let ids = acknowledged.get(entry.agent);
    if (ids === undefined) {
      ids = new Set();
      acknowledged.set(entry.agent, ids);
    }
    ids.add(orderId);
    wake(entry.agent);
  };
  const fail = (orderId: string, entry: Entry, error: OrderError) => {
    const startTime = entry.report?.startTime ?? options.now();
    entry.report = { orderId, state: 'Failed', startTime, endTime: options.now(), steps: entry.report?.steps ?? [], error };
    options.notify(entry.purpose);
  };
  const takeReports = (request: PollRequest) => {
    const known = new Set(request.reports.map((report) => report.orderId));
    const mine = acknowledged.get(request.agent);
    if (mine !== undefined) {
      for (const id of mine) if (!known.has(id)) mine.delete(id);
      if (mine.size === 0) acknowledged.delete(request.agent);
    }
    // An agent takes an order in before it asks again: what it does not know now, it does not run, and will not be given.
    for (const [id, entry] of entries)
      if (entry.agent === request.agent && entry.cancel !== undefined && !known.has(id)) entries.delete(id);
    for (const report of request.reports) {
      if (acknowledged.get(request.agent)?.has(report.orderId) || !counts(request.agent, report)) continue;
      const purpose = purposeOf(report.orderId);
      const entry = entries.get(report.orderId) ?? { agent: request.agent, order: undefined, purpose, sent: true };
      const news = entry.report === undefined || JSON.stringify(entry.report) !== JSON.stringify(report);
      Object.assign(entry, { agent: request.agent, sent: true, sentTo: request.journal, report });
      entries.set(report.orderId, entry);
      if (news) options.notify(entry.purpose);
    }
  };
  /** Whether the agent has the order it tells of; one that nobody has yet may be at its neighbour, from an earlier operator. */
  const counts = (agent: string, { orderId }: Report): boolean => {
    const entry = entries.get(orderId);
    if (options.mayReport?.(agent, entry?.purpose ?? purposeOf(orderId)) === false) return false;
    if (entry === undefined || entry.agent === agent) return true;
    return entry.sentTo === undefined && entry.report === undefined && sameTrust(entry.agent, agent);
  };
  /** Sorts out what is to be sent; what went to another journal and is not known here is lost. */
  const due = (request: PollRequest): Order[] => {
    const known = new Set(request.reports.map((report) => report.orderId));
    const orders: Order[] = [];
    for (const [id, entry] of entries) {
      if (entry.agent !== request.agent || entry.order === undefined || entry.cancel !== undefined) continue;
      const hasEnded = entry.report !== undefined && entry.report.state !== 'Running';
      const facts = { known: known.has(id), ended: hasEnded, sent: entry.sent, sentTo: entry.sentTo, journal: request.journal };
      const fate = orderFate(facts);
      if (fate === 'Lost') fail(id, entry, replaced(request.agent));
      const understood = request.protocol >= neededProtocol(entry.order);
      if (fate === 'Send' && !understood) fail(id, entry, tooOld(request));
      if (fate !== 'Send' || !understood || orders.length + known.size >= MOST_REPORTS) continue;
      Object.assign(entry, { sent: true, sentTo: request.journal });
      orders.push(entry.order);
    }
    return orders;
  };
  const answer = (request: PollRequest): PollResponse => {
    const stopping = new Set(request.stopping ?? []);
    const orders = due(request);
    const mine = acknowledged.get(request.agent);
    // What does not count has no place here: it is stopped, and then forgotten.
    const strays = request.reports.filter((report) => mine?.has(report.orderId) !== true && !counts(request.agent, report));
    // It was given up here, and the agent was only away for long.
    const over = request.reports.filter((report) => mine?.has(report.orderId) === true);
    const cancel = [
      ...entriesOf(request.agent).flatMap(({ report, cancel: reason }) =>
        reason === undefined || report === undefined ? [] : [{ report, reason }],
      ),
      ...strays.map((report) => ({ report, reason: 'the order is not for this agent' })),
      ...over.map((report) => ({ report, reason: 'the order has ended for the operator' })),
    ];
    return {
      epoch: options.epoch,
      orders,
      cancel: cancel
        .filter(({ report }) => report.state === 'Running' && !stopping.has(report.orderId))
        .map(({ report, reason }) => ({ orderId: report.orderId, reason })),
      acknowledged: request.reports
        .filter((report) => report.state !== 'Running' && (mine?.has(report.orderId) === true || strays.includes(report)))
        .map((report) => report.orderId),
      cleared: ended.clearedFor(request),
      idle: entriesOf(request.agent).length === 0,
    };
  };
  return {
    epoch: options.epoch,
    give: (agent, order, begun = false) => {
      if (options.mayReport?.(agent, order.purpose) === false)
        throw new StashError('Invalid', `agent ${agent} does not work for ${order.purpose}: it is of another namespace`, {
          remedy: 'Put the object into the namespace of its target.',
        });
      let entry = entries.get(order.id);
      // What an agent of somebody else said of it was not for it to say.
      if (entry === undefined || (entry.order === undefined && !sameTrust(entry.agent, agent))) {
        entry = { agent, order, purpose: order.purpose, sent: begun };
        entries.set(order.id, entry);
      }
      if (!entry.sent) entry.agent = agent;
      entry.order = order;
      entry.purpose = order.purpose;
      options.ensureAgent(entry.agent);
      wake(entry.agent);
    },
    given: (orderId) => entries.get(orderId)?.order !== undefined,
    report: (orderId) => entries.get(orderId)?.report,
    hindrance: (orderId) => entries.get(orderId)?.hindrance,
    cancel: (orderId, reason) => {
      const entry = entries.get(orderId);
      if (entry === undefined || entry.cancel !== undefined) return;
      entry.cancel = reason;
      wake(entry.agent);
    },
    acknowledge,
    drop: (purpose, except = []) => {
      for (const [id, entry] of entries) {
        if (entry.purpose !== purpose || except.includes(id)) continue;
        if (!entry.sent) entries.delete(id);
        else if (entry.report !== undefined && entry.report.state !== 'Running') acknowledge(id);
        else if (entry.cancel === undefined) {
          entry.cancel = 'the object it was for has ended or is gone, or wants something else now';
          wake(entry.agent);
        }
      }
    },
    ended: ended.of,
    cleared: (processes) => {
      for (const agent of ended.cleared(processes)) wake(agent);
    },
    busy: (agent) => entriesOf(agent).some((entry) => entry.order !== undefined),
    busyAgents: () => [...new Set([...entries.values()].flatMap(({ agent, order }) => (order === undefined ? [] : [agent])))],
    silence: agents.silence,
    forget: agents.forget,
    assign: (from, to) => {
      for (const entry of entriesOf(from)) if (!entry.sent && entry.cancel === undefined && entry.report === undefined) entry.agent = to;
    },
    begunElsewhere: (agent) => entriesOf(agent).some(({ order, sent, report }) => order !== undefined && sent && report === undefined),
    hindered: (agent, why) => {
      for (const entry of entriesOf(agent)) {
        const now = entry.report === undefined ? why : undefined;
        if (entry.hindrance === now) continue;
        entry.hindrance = now;
        options.notify(entry.purpose);
      }
    },
    refuse: (agent, error) => {
      for (const [id, entry] of entries)
        if (entry.agent === agent && entry.order !== undefined && (entry.report === undefined || entry.report.state === 'Running'))
          fail(id, entry, error);
    },
    lost: (agent, error, pod) => {
      const { ended: lives, goesOn } = agents.end(agent, pod);
      const journals = new Set(lives.map(({ journal }) => journal));
      for (const [id, entry] of entries) {
        if (entry.agent !== agent || !entry.sent || (entry.report !== undefined && entry.report.state !== 'Running')) continue;
        if (!goesOn || journals.has(entry.sentTo)) fail(id, entry, error);
      }
      ended.add(
        lives.flatMap(({ processes }) => processes),
        options.now(),
      );
      wake(agent);
    },
    poll: async (request, signal) => {
      agents.admit(request);
      // An agent has one poll at a time: the one before was given up, or was that of a run which is replaced.
      wake(request.agent);
      takeReports(request);
      ended.take(request);
      const first = answer(request);
      if (hasNews(first) || request.waitMs <= 0) return first;
      await held(request, signal, waiting);
      // Nobody hears this answer: an order in it would count as sent.
      if (signal.aborted) return first;
      agents.check(request);
      return answer(request);
    },
  };
}

function replaced(agent: string): OrderError {
  const text = `the agent ${agent} came back without its journal: what became of the order that it had is not known`;
  return orderError(new StashError('AgentLost', text));
}

function tooOld({ agent, protocol }: PollRequest): OrderError {
  const text = `the agent ${agent} is of an earlier version: it speaks protocol ${protocol}, in which this cannot be asked of it`;
  return orderError(new StashError('AgentTooOld', text));
}

function hasNews(response: PollResponse): boolean {
  return response.orders.length + response.cancel.length + response.acknowledged.length + response.cleared.length > 0;
}

function held(request: PollRequest, signal: AbortSignal, waiting: Map<string, () => void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      if (waiting.get(request.agent) === done) waiting.delete(request.agent);
      resolve();
    };
    const timer = setTimeout(done, request.waitMs);
    waiting.set(request.agent, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
