import { createHash } from 'node:crypto';
import type { EndedProcess, Order, OrderError, Report, RepositoryRef } from './order.ts';
import { endedId, type PollRequest, type PollResponse } from './protocol.ts';

/** Where controllers leave orders and find reports. Everything in it can be made again from status and from the agents' journals. */
export interface Desk {
  /** Idempotent by id. Makes sure that the agent runs. */
  give(agent: string, order: Order): void;
  /** Whether this operator has given it and still waits for it. */
  given(orderId: string): boolean;
  /** The latest report of an order; undefined when no agent has told of it yet. */
  report(orderId: string): Report | undefined;
  /** Asks the agent to stop it; its report tells when it has. */
  cancel(orderId: string, reason: string): void;
  /** The report is in status for good: the agent may forget it. */
  acknowledge(orderId: string): void;
  /** Everything for an object that is gone: orders are cancelled, reports acknowledged. */
  drop(purpose: string): void;
  /** Processes on this repository that ended without taking their lock away, as their agents confirmed. */
  ended(repository: RepositoryRef): EndedProcess[];
  /** Their locks are gone. */
  cleared(processes: EndedProcess[]): void;
}

export interface DeskOptions {
  epoch: number;
  /** RFC 3339. */
  now: () => string;
  /** Starts the agent if it does not run. */
  ensureAgent: (agent: string) => void;
  /** News for the object an order is for (`Kind/namespace/name`). */
  notify: (purpose: string) => void;
  /** A repository has a newly known ended process. */
  endedProcess: (repository: RepositoryRef) => void;
}

interface Entry {
  agent: string;
  order: Order | undefined;
  purpose: string;
  /** The agent may have it: an answer with it went out. */
  sent: boolean;
  report?: Report;
  cancel?: string;
}

export interface AgentDesk extends Desk {
  /** Goes into every order. */
  readonly epoch: number;
  /** Answers an agent; holds the answer until there is something to say, at most `waitMs`. */
  poll(request: PollRequest, signal: AbortSignal): Promise<PollResponse>;
  /** Whether anything is expected of this agent. */
  busy(agent: string): boolean;
  /** Milliseconds since it last polled; undefined when it never did, or was forgotten. */
  silence(agent: string): number | undefined;
  /** It has ended, or is about to be started: what was heard of it before counts no more. */
  forget(agent: string): void;
  /** It cannot be started: all that it was ordered has failed with this. */
  refuse(agent: string, error: OrderError): void;
}

export function createDesk(options: DeskOptions): AgentDesk {
  const entries = new Map<string, Entry>();
  const acknowledged = new Map<string, Set<string>>();
  const ended = new Map<string, { agent: string; process: EndedProcess }>();
  /** Id -> agent, until that agent has struck it off. */
  const cleared = new Map<string, string>();
  const waiting = new Map<string, () => void>();
  const heard = new Map<string, number>();
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
      if (acknowledged.get(request.agent)?.has(report.orderId)) continue;
      const purpose = purposeOf(report.orderId);
      const entry = entries.get(report.orderId) ?? { agent: request.agent, order: undefined, purpose, sent: true };
      const news = entry.report === undefined || JSON.stringify(entry.report) !== JSON.stringify(report);
      entry.report = report;
      entries.set(report.orderId, entry);
      if (news) options.notify(entry.purpose);
    }
  };
  const takeEnded = (request: PollRequest) => {
    const told = new Set(request.ended.map(endedId));
    for (const [id, one] of ended) if (one.agent === request.agent && !told.has(id)) ended.delete(id);
    for (const process of request.ended) {
      const id = endedId(process);
      if (cleared.has(id) || ended.has(id)) continue;
      ended.set(id, { agent: request.agent, process });
      options.endedProcess(process.repository);
    }
    for (const [id, agent] of cleared) if (agent === request.agent && !told.has(id)) cleared.delete(id);
  };
  const answer = (request: PollRequest): PollResponse => {
    const known = new Map(request.reports.map((report) => [report.orderId, report]));
    const stopping = new Set(request.stopping ?? []);
    const mine = [...entries.values()].filter((entry) => entry.agent === request.agent);
    const due = mine.filter(({ order, cancel }) => order !== undefined && cancel === undefined && !known.has(order.id));
    for (const entry of due) entry.sent = true;
    return {
      epoch: options.epoch,
      orders: due.flatMap(({ order }) => (order === undefined ? [] : [order])),
      cancel: mine.flatMap(({ report, cancel }) =>
        cancel !== undefined && report?.state === 'Running' && !stopping.has(report.orderId)
          ? [{ orderId: report.orderId, reason: cancel }]
          : [],
      ),
      acknowledged: [...(acknowledged.get(request.agent) ?? [])].filter((id) => known.has(id)),
      cleared: request.ended.map(endedId).filter((id) => cleared.has(id)),
      idle: mine.length === 0,
    };
  };
  return {
    epoch: options.epoch,
    give: (agent, order) => {
      const entry = entries.get(order.id);
      if (entry === undefined) entries.set(order.id, { agent, order, purpose: order.purpose, sent: false });
      else {
        entry.order = order;
        entry.purpose = order.purpose;
      }
      options.ensureAgent(agent);
      wake(agent);
    },
    given: (orderId) => entries.get(orderId)?.order !== undefined,
    report: (orderId) => entries.get(orderId)?.report,
    cancel: (orderId, reason) => {
      const entry = entries.get(orderId);
      if (entry === undefined || entry.cancel !== undefined) return;
      entry.cancel = reason;
      wake(entry.agent);
    },
    acknowledge,
    drop: (purpose) => {
      for (const [id, entry] of entries) {
        if (entry.purpose !== purpose) continue;
        if (!entry.sent) entries.delete(id);
        else if (entry.report !== undefined && entry.report.state !== 'Running') acknowledge(id);
        else if (entry.cancel === undefined) {
          entry.cancel = 'the object it was for has ended or is gone';
          wake(entry.agent);
        }
      }
    },
    ended: (repository) =>
      [...ended.values()]
        .map((one) => one.process)
        .filter((process) => process.repository.namespace === repository.namespace && process.repository.name === repository.name),
    cleared: (processes) => {
      for (const process of processes) {
        const id = endedId(process);
        const agent = ended.get(id)?.agent;
        ended.delete(id);
        if (agent === undefined) continue;
        cleared.set(id, agent);
        wake(agent);
      }
    },
    busy: (agent) => [...entries.values()].some((entry) => entry.agent === agent && entry.order !== undefined),
    silence: (agent) => {
      const last = heard.get(agent);
      return last === undefined ? undefined : performance.now() - last;
    },
    forget: (agent) => void heard.delete(agent),
    refuse: (agent, error) => {
      for (const [orderId, entry] of entries) {
        if (entry.agent !== agent || entry.order === undefined || (entry.report !== undefined && entry.report.state !== 'Running'))
          continue;
        const startTime = entry.report?.startTime ?? options.now();
        entry.report = { orderId, state: 'Failed', startTime, endTime: options.now(), steps: entry.report?.steps ?? [], error };
        options.notify(entry.purpose);
      }
    },
    poll: async (request, signal) => {
      heard.set(request.agent, performance.now());
      takeReports(request);
      takeEnded(request);
      const first = answer(request);
      if (hasNews(first) || request.waitMs <= 0) return first;
      await held(request, signal, waiting);
      return answer(request);
    },
  };
}

/** Order ids begin with what they are for: `Kind/namespace/name#rest`, so that a report can be placed after a restart of the operator. */
export function purposeOf(orderId: string): string {
  return decodeURIComponent(orderId).split('#')[0] ?? '';
}

/** A name for an order, of characters that file names may have. */
export function orderIdOf(purpose: string, rest: string): string {
  return encodeURIComponent(`${purpose}#${rest}`);
}

/** A file may not have a name of more than 255 bytes, and a session may. */
export function orderFileName(orderId: string): string {
  if (orderId.length <= 200) return orderId;
  return `${orderId.slice(0, 150)}-${createHash('sha256').update(orderId).digest('hex').slice(0, 32)}`;
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
    // An agent has one poll at a time; a new one means that the old one was given up.
    waiting.get(request.agent)?.();
    waiting.set(request.agent, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
