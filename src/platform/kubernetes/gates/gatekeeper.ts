import type { V1Pod } from '@kubernetes/client-node';
import type { RestoreSession } from '../../../api/restore-session.ts';
import { restoreTargets } from '../../../controllers/platform-port.ts';
import { asStashError } from '../../../errors/error.ts';
import type { AgentDesk } from '../../../orders/desk.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import type { Store } from '../../../store/store.ts';
import { formatAgentKey, parseAgentKey } from '../agent-key.ts';
import type { WorkloadKey } from '../sidecar/workload-requests.ts';
import { isWorkload } from '../targets/wanted-sidecars.ts';
import { podsOfWorkload } from '../targets/workload.ts';
import { clearTheWay } from './clear-the-way.ts';
import { workloadOfPod } from './gate-pod.ts';
import { knownPods } from './known-pods.ts';
import { unclaimed } from './unclaimed.ts';
import { type GateVerdict, gateVerdict } from './verdict.ts';

interface GatekeeperOptions {
  connection: Connection;
  store: Pick<Store, 'get' | 'list'>;
  desk: Pick<AgentDesk, 'poll' | 'assign' | 'busyAgents' | 'begunElsewhere' | 'lost' | 'refuse'>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const LOOK_MS = 1_000;

/**
 * Restores into workloads. Their orders are given to agents that do not exist (`restore/NS/KIND/NAME/HOST`); the pods that have the data are
 * deleted, and the gate of the pod that is the host then gets the order when it asks whether it may open.
 */
export function gatekeeper({ connection, store, desk, clock, log, signal }: GatekeeperOptions) {
  const pods = knownPods(connection);
  const clear = clearTheWay({ connection, store, desk, log });
  const giveUp = unclaimed(desk, clock);

  const sessionsOf = async (namespace: string): Promise<{ session: RestoreSession; workload: WorkloadKey }[]> => {
    const sessions = await store.list('RestoreSession', { namespace });
    return sessions.flatMap((session) => {
      const workload = workloadOfSession(session);
      return workload === undefined || isGoing(session) ? [] : [{ session, workload }];
    });
  };
  const decide = async (namespace: string, name: string, uid: string | undefined): Promise<GateVerdict & { agent?: string }> => {
    const all = await sessionsOf(namespace);
    // Nothing is asked of the API server for a pod where nothing was ever restored.
    if (all.every(({ session }) => session.status?.stats === undefined)) return { do: 'Open' };
    const pod = await pods.read(namespace, name, uid);
    if (pod === undefined) return { do: 'Wait', why: 'the pod is not known to the cluster' };
    const workload = workloadOfPod(pod);
    if (workload === undefined) return { do: 'Open' };
    const sessions = all.flatMap((one) => (isSame(one.workload, workload) ? [one.session] : []));
    const first = gateVerdict(workload, pod, { sessions, pods: [] });
    if (first.do !== 'Restore') return first;
    const others = (await podsOfWorkload(connection, workload)) ?? [];
    const latest = others.find(({ metadata }) => metadata?.uid === pod.metadata?.uid) ?? pod;
    const verdict = gateVerdict(workload, latest, { sessions, pods: ownPods(others, workload) });
    if (verdict.do !== 'Restore') return verdict;
    return { ...verdict, agent: formatAgentKey({ type: 'restore', ...workload, host: verdict.host }) };
  };

  /** As the desk's; gates are told first whose restore they are to do, and whether they may open. */
  const poll: AgentDesk['poll'] = async (request, stop) => {
    const key = parseAgentKey(request.agent);
    if (key?.type !== 'gate' || request.reports.length > 0) return desk.poll(request, stop);
    const verdict = await decide(key.namespace, key.pod, request.pod);
    if (verdict.agent !== undefined) desk.assign(verdict.agent, request.agent);
    const response = await desk.poll(request, stop);
    if (verdict.do === 'Open') return response;
    const waiting = verdict.do === 'Wait' ? verdict.why : 'its restore is under way already, here before or in another pod';
    return { ...response, idle: false, ...(response.orders.length === 0 ? { waiting } : {}) };
  };
  const look = async () => {
    const busy = desk.busyAgents();
    giveUp(busy.filter(isRestore));
    if (!busy.some((agent) => isRestore(agent) || agent.startsWith('gate/'))) return clear.forget();
    for (const session of await store.list('RestoreSession')) {
      const workload = workloadOfSession(session);
      if (session.status?.phase !== 'Running' || workload === undefined) continue;
      await clear.of(workload, session, ownPods((await podsOfWorkload(connection, workload)) ?? [], workload));
    }
  };
  return {
    poll,
    /** Resolves after the signal. */
    watch: async () => {
      while (!signal.aborted) {
        await clock.sleep(LOOK_MS, signal);
        await look().catch((error: unknown) => {
          if (!signal.aborted) log.warn('the pods of a restore cannot be looked after; it is tried again', { error: asStashError(error) });
        });
      }
    },
  };
}

/** In its own namespace, as agents report for sessions of theirs alone. */
function workloadOfSession({ metadata, spec }: RestoreSession): WorkloadKey | undefined {
  const { kind, namespace, name } = restoreTargets(spec.target, metadata.namespace ?? '')[0];
  return isWorkload(kind) && namespace === metadata.namespace ? { kind, namespace, name } : undefined;
}

/** A restore that is over and being deleted holds nobody back any more: that is how a person lets half restored data be served. */
function isGoing({ metadata, status }: RestoreSession): boolean {
  return metadata.deletionTimestamp !== undefined && status?.phase !== 'Running';
}

function isSame(one: WorkloadKey, other: WorkloadKey): boolean {
  return one.kind === other.kind && one.namespace === other.namespace && one.name === other.name;
}

/** A selector may find pods of others too. */
function ownPods(pods: readonly V1Pod[], workload: WorkloadKey): V1Pod[] {
  return pods.filter((pod) => {
    const owner = workloadOfPod(pod);
    return owner !== undefined && isSame(owner, workload);
  });
}

function isRestore(agent: string): boolean {
  return agent.startsWith('restore/');
}
