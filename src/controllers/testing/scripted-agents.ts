import type { Snapshot } from '../../engine/engine.ts';
import { assertNever } from '../../errors/error.ts';
import type { AgentDesk } from '../../orders/desk.ts';
import type { Order, RepositoryRef } from '../../orders/order.ts';
import { PROTOCOL } from '../../orders/protocol.ts';
import type { LogResult, OrderResult, Report, RoleResult } from '../../orders/report.ts';

interface Place {
  snapshots: Snapshot[];
  records: { snapshotId: string; text: string } | undefined;
}

/** What the agents of one machine would do, without restic: they remember what they were told and keep lists of snapshots. */
export interface ScriptedAgents {
  /** By `NAMESPACE/NAME` of the Repository. */
  places: Map<string, Place>;
  /** Ids of all orders, in the order they were begun. */
  begun: string[];
  /** Decides what becomes of an order; undefined: it goes on for ever. The default is success. */
  script: (order: Order) => 'Succeeded' | Report['error'] | undefined;
  /** What a host says of itself when it is asked, by its agent's key; a primary without evidence unless said otherwise. */
  roles: Map<string, Pick<RoleResult, 'role'> & Partial<RoleResult>>;
  /** What a host says of a Log order otherwise than that all of it was stored, by its agent's key. */
  logs: Map<string, Partial<LogResult>>;
  /** Keys of those that are there: of the scripted platform's two, and whom a test adds. */
  present: Set<string>;
  /** Every agent asks once and works on what it gets. True when anything happened. */
  turn(desk: AgentDesk, now: Date): Promise<boolean>;
  /** The agents die at work; their journals stay. */
  kill(): void;
}

export function scriptedAgents(): ScriptedAgents {
  const reports = new Map<string, Map<string, Report>>();
  const open = new Map<string, Order>();
  const places = new Map<string, Place>();
  const lastTold = new Map<string, string>();
  let count = 0;
  const placeOf = ({ namespace, name }: { namespace: string; name: string }): Place => {
    const place = places.get(`${namespace}/${name}`) ?? { snapshots: [], records: undefined };
    places.set(`${namespace}/${name}`, place);
    return place;
  };
  const newSnapshot = (host: string, paths: string[], tags: string[], time: string): Snapshot => {
    count += 1;
    return { id: count.toString(16).padStart(8, '0').repeat(8), time, host, paths, tags, tree: 'x' };
  };
  const agents: ScriptedAgents = {
    places,
    begun: [],
    script: () => 'Succeeded',
    roles: new Map(),
    logs: new Map(),
    present: new Set(AGENTS),
    kill: () => {
      for (const mine of reports.values())
        for (const [id, report] of mine)
          if (report.state === 'Running') mine.set(id, { ...report, state: 'Failed', endTime: report.startTime, error: LOST });
      open.clear();
    },
    turn: async (desk, now) => {
      let moved = false;
      for (const agent of agents.present) {
        const mine = reports.get(agent) ?? new Map<string, Report>();
        reports.set(agent, mine);
        const request = { protocol: PROTOCOL, agent, instance: 'i', reports: [...mine.values()], ended: [], waitMs: 0 };
        const told = JSON.stringify(request.reports) !== lastTold.get(agent);
        lastTold.set(agent, JSON.stringify(request.reports));
        moved ||= told;
        const answer = await desk.poll(request, new AbortController().signal);
        for (const id of answer.acknowledged) moved = mine.delete(id) || moved;
        for (const order of answer.orders) {
          moved = true;
          agents.begun.push(order.id);
          open.set(order.id, order);
          mine.set(order.id, { orderId: order.id, state: 'Running', startTime: now.toISOString(), steps: [] });
        }
        const canceled = new Set(answer.cancel.map(({ orderId }) => orderId));
        for (const [id, report] of mine) {
          const order = open.get(id);
          if (report.state !== 'Running' || order === undefined) continue;
          const outcome = canceled.has(id) ? CANCELED : agents.script(order);
          if (outcome === undefined) continue;
          moved = true;
          open.delete(id);
          const ended = { ...report, endTime: now.toISOString() };
          if (outcome === 'Succeeded') mine.set(id, { ...ended, state: 'Succeeded', result: work(order, now.toISOString(), agent) });
          else mine.set(id, { ...ended, state: 'Failed', error: outcome });
        }
      }
      return moved;
    },
  };
  const holdings = (repository: RepositoryRef) => {
    const { snapshots, records } = placeOf(repository);
    return { snapshots, ...(records === undefined ? {} : { records }) };
  };
  const work = ({ task }: Order, time: string, agent: string): OrderResult => {
    switch (task.type) {
      case 'Probe':
        return { type: 'Probe', repositoryId: 'f'.repeat(64), created: task.create };
      case 'List':
        return { type: 'List', ...holdings(task.repository) };
      case 'Survey':
        return { type: 'Survey', repositoryId: 'f'.repeat(64), locks: [], ...holdings(task.repository) };
      case 'Maintain': {
        const place = placeOf(task.repository);
        place.snapshots = place.snapshots.filter(({ id }) => !task.forget.includes(id));
        if (task.records !== undefined) place.records = { snapshotId: 'r', text: task.records.text };
        return { type: 'Maintain', forgotten: task.forget };
      }
      case 'Wipe':
        placeOf(task.repository).snapshots = [];
        return { type: 'Wipe', forgotten: [] };
      case 'Resolve':
        return { type: 'Resolve', found: task.logs.map(({ id }) => ({ id, gtid: task.point.gtid ?? '0-1-7' })) };
      case 'Role':
        return { type: 'Role', role: 'Primary', evidence: {}, ...agents.roles.get(agent) };
      case 'Log': {
        const { role } = agents.roles.get(agent) ?? { role: 'Primary' };
        if (role === 'Replica' && task.onlyPrimary) return { type: 'Log', role, stored: [], failed: [], complete: [] };
        const state = `0-1-${Date.parse(time) / 1000}`;
        const told = agents.logs.get(agent) ?? {};
        const log = { timeline: agent, from: '0-1-1', gtid: state, until: time, recent: [], ...told.log };
        const spans = [`stash.from=${log.from}`, `stash.gtid=${state}`, `stash.since=${time}`, `stash.until=${time}`];
        const continues = log.continues === undefined ? [] : [`stash.continues=${log.continues}`];
        const follows = log.follows === undefined ? [] : [`stash.follows=${log.follows}`];
        const series = ['stash.series=log', 'stash.operation=Log', `stash.timeline=${log.timeline}`];
        const tags = [...task.tags, ...series, ...spans, ...continues, ...follows];
        const stored = task.repositories.map((repository) => {
          const snapshot = newSnapshot(task.host, ['/log'], tags, time);
          placeOf(repository).snapshots.push(snapshot);
          const { namespace, name } = repository;
          return { repository: { namespace, name }, snapshotId: snapshot.id, totalBytes: 1, storedBytes: 1, seconds: 1 };
        });
        const complete = task.repositories.map(({ namespace, name }) => ({ namespace, name }));
        // A server that cannot be asked has not said what it is.
        const said = told.error === undefined ? { role: 'Primary' as const } : {};
        return { type: 'Log', ...said, stored, failed: [], complete, ...told, log };
      }
      case 'Restore':
        return { type: 'Restore', files: 3, bytes: 30 };
      case 'Backup': {
        const unusable = task.repositories.filter((repository) => repository.unusable !== undefined);
        const failed = unusable.map(({ namespace, name, unusable: error = LOST }) => ({ namespace, name, error }));
        const stored = task.repositories.flatMap((repository) => {
          if (repository.unusable !== undefined) return [];
          const snapshot = newSnapshot(task.host, task.paths, task.tags, time);
          placeOf(repository).snapshots.push(snapshot);
          const { namespace, name } = repository;
          const files = { total: 1, new: 1, modified: 0, unmodified: 0 };
          const sizes = { totalBytes: 10, storedBytes: 5, seconds: 1, files, unreadable: [] };
          return { repository: { namespace, name }, snapshotId: snapshot.id, paths: task.paths, ...sizes };
        });
        const operation = { requested: task.operation, performed: task.operation, reason: 'Requested' };
        return { type: 'Backup', operation, stored, failed };
      }
      default:
        return assertNever(task);
    }
  };
  return agents;
}

/** Keys of agents, as the scripted platform gives them. */
const AGENTS = ['targets', 'repositories'];
const LOST = { code: 'AgentLost', message: 'the agent ended', remedy: '' };
const CANCELED = { code: 'Canceled', message: 'stopped', remedy: '' };
