import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { asStashError, isCode, StashError } from '../../errors/error.ts';
import type { AgentDesk } from '../../orders/desk.ts';
import { orderError } from '../../orders/order-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import { unlessGone } from '../../store/kubernetes/unless-gone.ts';
import { type AgentKey, parseAgentKey } from './agent-key.ts';
import { jobEnd } from './jobs/job-end.ts';
import { endJob, keepJob, runsOnce } from './jobs/keep-job.ts';
import { claimHolder } from './pods/claim-holder.ts';
import { claimTrouble } from './pods/claim-trouble.ts';
import { podTrouble } from './pods/pod-trouble.ts';

interface ClusterAgentsOptions {
  connection: Connection;
  desk: Pick<AgentDesk, 'busyAgents' | 'silence' | 'hindered' | 'refuse' | 'lost'>;
  /** The Job that is to run for the key; undefined for agents that are in pods of somebody else. */
  jobOf: (key: AgentKey) => V1Job | undefined;
  /** Told at every look of which agents something is expected. */
  looked?: (busy: readonly string[]) => void;
  /** Takes secrets out of what the containers of this agent's pod said. */
  redact: (agent: string, text: string) => string;
  /** Sees to it that agents in this namespace can trust the operator. */
  publishTrust: (namespace: string) => Promise<void>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** How often agents of which something is expected are looked at. */
const LOOK_MS = 5_000;
/** An agent polls every 20 s at the latest; one that is silent for longer may be in trouble, or gone. */
const SILENT_MS = 30_000;
/** Trouble that the cluster may still mend by itself (an image that is being pulled, a node that is being started), from when it is seen. */
const PATIENCE_MS = 120_000;

/**
 * A pod that has been said to run for so long, on a node that is cut off or dead: a DaemonSet's stays for ever. What it was ordered has
 * failed; that it has ended nobody knows, so its locks are not touched.
 */
const AWAY_MS = 300_000;

/** Since when a silent agent's pods have been so at every look; by the monotonic clock. */
interface Silent {
  troubled: number | undefined;
  running: number | undefined;
}

/**
 * Keeps the agents going of which something is expected: makes their Jobs, and tells the desk of those that cannot run or are gone.
 * Nothing is asked of the API server while nothing is expected of anybody.
 */
export function clusterAgents(options: ClusterAgentsOptions) {
  const { desk, clock, signal } = options;
  const making = new Set<string>();
  const silent = new Map<string, Silent>();
  /** Their Jobs run once and were ended: until it is known that what they were ordered has failed, nobody makes them again. */
  const over = new Set<string>();

  const make = async (agent: string): Promise<void> => {
    const key = parseAgentKey(agent);
    const job = key && options.jobOf(key);
    if (key === undefined || job === undefined || making.has(agent) || over.has(agent)) return;
    making.add(agent);
    try {
      await options.publishTrust(job.metadata?.namespace ?? '');
      const ended = await keepJob(options.connection, job, { clock, signal });
      if (ended !== undefined) desk.refuse(agent, orderError(await endOf(ended, agent, key)));
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asStashError(thrown);
      options.log.warn('a Job cannot be made', { agent, error });
      // What is refused stays refused; what could not be asked is asked again at the next look.
      if (isCode(error, 'Invalid', 'Forbidden')) desk.refuse(agent, orderError(error));
    } finally {
      making.delete(agent);
    }
  };
  /** Why a Job that runs once has ended and its agent has not told: that agent never came, or is lost. */
  const endOf = async (job: V1Job, agent: string, key: AgentKey): Promise<StashError> => {
    const pods = await podsOf(options, key);
    return jobEnd(job, pods, (text) => options.redact(agent, text));
  };
  const giveUp = async (agent: string, job: V1Job | undefined, why: string): Promise<void> => {
    if (job !== undefined && runsOnce(job)) {
      await endJob(options.connection, job, signal);
      over.add(agent);
    }
    desk.refuse(agent, orderError(new StashError('AgentLost', why)));
  };
  const look = async (agent: string): Promise<void> => {
    const key = parseAgentKey(agent);
    // A restore waits there for the gate of a pod, which `gates/` sees to.
    if (key === undefined || key.type === 'restore' || over.has(agent)) return;
    if ((desk.silence(agent) ?? Number.POSITIVE_INFINITY) < SILENT_MS) {
      silent.delete(agent);
      desk.hindered(agent, undefined);
      return;
    }
    const pods = await podsOf(options, key);
    if ((key.type === 'pod' || key.type === 'gate') && pods.length === 0) {
      desk.lost(agent, orderError(new StashError('AgentLost', `pod ${key.namespace}/${key.pod} is gone`)));
      return;
    }
    // Another agent ends by itself, whatever that takes: until then this one's pod is in no trouble.
    const waits = await claimHolder(options.connection, pods);
    const seen = waits ?? (await troubleOf(options.connection, pods, (text) => options.redact(agent, text)));
    const trouble = seen && options.redact(agent, seen);
    desk.hindered(agent, trouble);
    const now = clock.monotonic();
    const before = silent.get(agent);
    // What comes after steps, or an image, that took long is as new as what comes at once.
    const since = {
      troubled: trouble === undefined || waits !== undefined ? undefined : (before?.troubled ?? now),
      running: pods.some(({ status }) => status?.phase === 'Running') ? (before?.running ?? now) : undefined,
    };
    silent.set(agent, since);
    const job = options.jobOf(key);
    // Its Job is about to end, and tells then why.
    const ends = job !== undefined && runsOnce(job) && pods.some(({ status }) => status?.phase === 'Failed');
    if (!ends && now - (since.troubled ?? now) > PATIENCE_MS) await giveUp(agent, job, `the agent does not run: ${trouble}`);
    else if (now - (since.running ?? now) > AWAY_MS)
      await giveUp(agent, job, `the agent was not heard of for ${AWAY_MS / 60_000} minutes: ${away(pods)}`);
    else await make(agent);
  };
  const watch = async () => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal);
      const busy = desk.busyAgents();
      options.looked?.(busy);
      for (const agent of silent.keys()) if (!busy.includes(agent)) silent.delete(agent);
      for (const agent of over) if (!busy.includes(agent)) over.delete(agent);
      await Promise.all(
        busy.map((agent) =>
          look(agent).catch((error: unknown) => {
            if (!signal.aborted) options.log.warn('an agent cannot be looked at', { agent, error: asStashError(error) });
          }),
        ),
      );
    }
  };
  return {
    ensure: (agent: string) => void make(agent),
    /** Resolves after the signal. */
    watch,
  };
}

async function troubleOf(connection: Connection, pods: readonly V1Pod[], redact: (text: string) => string): Promise<string | undefined> {
  const trouble = pods.map((pod) => podTrouble(pod, redact)).find((one) => one !== undefined);
  if (trouble === undefined) return undefined;
  const claims = await Promise.all(pods.map((pod) => claimTrouble(connection, pod)));
  return [trouble, ...new Set(claims.flat())].join('; ');
}

async function podsOf({ connection, jobOf, signal }: ClusterAgentsOptions, key: AgentKey): Promise<V1Pod[]> {
  if (key.type === 'pod' || key.type === 'gate') {
    const path = `/api/v1/namespaces/${key.namespace}/pods/${key.pod}`;
    const what = `read Pod ${key.namespace}/${key.pod}`;
    const found = await unlessGone(connection.send<V1Pod>({ what, method: 'GET', path, signal }));
    return found === undefined ? [] : [found.body];
  }
  const { name = '', namespace = '' } = jobOf(key)?.metadata ?? {};
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const query = { labelSelector: `batch.kubernetes.io/job-name=${name}` };
  return (await connection.send<{ items: V1Pod[] }>({ what: `list pods of Job ${namespace}/${name}`, method: 'GET', path, query, signal }))
    .body.items;
}

function away(pods: readonly V1Pod[]): string {
  return pods.map(({ metadata, spec }) => `pod ${metadata?.namespace}/${metadata?.name} on node ${spec?.nodeName}`).join(', ');
}
