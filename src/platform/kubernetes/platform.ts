import type { V1Job } from '@kubernetes/client-node';
import type { HostAgent, HostWork, PlatformPort, StashRun, TargetKey } from '../../controllers/platform-port.ts';
import { StashError } from '../../errors/error.ts';
import type { WantedClaim } from '../../rules/claim-templates.ts';
import { DEFAULT_HOST } from '../../rules/host-name.ts';
import { targetMountPath } from '../../rules/variables/stash-variables.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import type { Store } from '../../store/store.ts';
import { type AgentKey, formatAgentKey } from './agent-key.ts';
import { checkGateProgram } from './gates/gate-program.ts';
import { checkRestore, restoreHosts } from './gates/restore-target.ts';
import { applicationJob, applicationKey } from './jobs/application-job.ts';
import { claimJob, claimKey } from './jobs/claim-job.ts';
import { repositoryJob } from './jobs/job.ts';
import { knownJobs } from './jobs/known-jobs.ts';
import { stashJob, stashJobKey } from './jobs/stash-job.ts';
import type { ClusterSettings } from './settings.ts';
import { SIDECAR_CONTAINER } from './sidecar/names.ts';
import { WORKLOAD_KINDS } from './sidecar/workload.ts';
import { hasApplication } from './targets/application.ts';
import { nodeOfClaim, readClaim } from './targets/claim.ts';
import type { Sidecars } from './targets/keep-sidecars.ts';
import { checkClaims, keepClaims, nodeOfClaims } from './targets/restored-claims.ts';
import { isWorkload, workloadsOf } from './targets/wanted-sidecars.ts';
import { hostsOfWorkload, type WorkloadTarget } from './targets/workload.ts';

interface ClusterPlatform {
  port: PlatformPort;
  /** The Job that runs an agent; undefined for one that is in a pod of somebody else, and for one that nobody has asked for yet. */
  jobOf(key: AgentKey): V1Job | undefined;
  /** To be told at every look at the agents of which of them anything is expected. */
  looked(busy: readonly string[]): void;
  /** Takes out of a text what the pod of this agent must not tell. */
  redact(agent: string, text: string): string;
}

/** A cluster: what is a target there, and who works on it. */
export function clusterPlatform(
  connection: Connection,
  settings: ClusterSettings,
  {
    store,
    sidecars,
    exec,
    clock,
  }: { store: Pick<Store, 'get'>; sidecars: Sidecars; exec: PlatformPort['exec']; clock: Pick<Clock, 'now'> },
): ClusterPlatform {
  // Made when an order is made, which happens again after a restart of the operator.
  const jobs = knownJobs();
  return {
    jobOf: (key) => (key.type === 'repository' ? repositoryJob(settings, key) : jobs.get(formatAgentKey(key))),
    looked: jobs.looked,
    redact: jobs.redact,
    port: {
      place: 'Cluster',
      targetKinds: [...WORKLOAD_KINDS, 'PersistentVolumeClaim', 'AppBinding'],
      heldBackKinds: WORKLOAD_KINDS,
      hosts: async (target, alias, direction) => {
        const missing = { missing: `there is no ${target.kind} ${target.namespace}/${target.name}` };
        if (!isWorkloadTarget(target))
          return (await isThere(store, connection, target)) ? { hosts: [alias ?? `${DEFAULT_HOST}-0`] } : missing;
        if (direction === 'restore') {
          const hosts = await restoreHosts(connection, target, alias);
          return hosts === undefined ? missing : { hosts };
        }
        const found = await hostsOfWorkload(connection, target, alias);
        if (found === undefined) return missing;
        return { hosts: found.hosts.map(({ host }) => host), ...(found.awaited === undefined ? {} : { awaited: found.awaited }) };
      },
      checkRestore: async (target, work) => {
        if (work.claims !== undefined) await checkClaims(connection, target.namespace, work.claims);
        else if (isWorkloadTarget(target)) {
          await checkRestore(connection, target, work);
          await checkGateProgram(connection, target, work.program);
        }
      },
      agent: async (work) => {
        const { target, host } = work;
        if (work.claims === undefined && isWorkloadTarget(target)) {
          if (work.direction === 'backup') return sidecarOf(connection, work, target);
          await checkGateProgram(connection, target, work.program);
          return { agent: formatAgentKey({ type: 'restore', ...target, host }), address: '127.0.0.1' };
        }
        const { key, paths, ...known } = await jobAgent(connection, settings, work, clock);
        jobs.set(formatAgentKey(key), known);
        return { agent: formatAgentKey(key), ...(paths === undefined ? {} : { paths }) };
      },
      attaches: (invoker) => workloadsOf(invoker).length > 0,
      attach: sidecars.attach,
      detach: sidecars.detach,
      repositoryAgent: ({ namespace, name }) => formatAgentKey({ type: 'repository', namespace, name }),
      exec,
    },
  };
}

/** The store answers from memory; what it does not know may be so new that it has not heard of it. */
async function isThere(store: Pick<Store, 'get'>, connection: Connection, { kind, namespace, name }: TargetKey): Promise<boolean> {
  const known = kind === 'AppBinding' || kind === 'PersistentVolumeClaim' ? await store.get(kind, { namespace, name }) : undefined;
  if (known !== undefined) return true;
  if (kind === 'AppBinding') return hasApplication(connection, namespace, name);
  return (await readClaim(connection, namespace, name)) !== undefined;
}

function isWorkloadTarget(target: TargetKey): target is WorkloadTarget {
  return isWorkload(target.kind);
}

/** The sidecar in the pod that is this host now. */
async function sidecarOf(
  connection: Connection,
  { direction, host, spec, container }: HostWork,
  target: WorkloadTarget,
): Promise<HostAgent> {
  const found = await hostsOfWorkload(connection, target, spec?.alias);
  const pod = found?.hosts.find((one) => one.host === host)?.pod;
  if (found?.awaited !== undefined) throw new StashError('TargetNotReady', found.awaited);
  // What it began now it would not end.
  if (direction === 'backup' && pod !== undefined && found?.ending.includes(pod))
    throw new StashError('TargetNotReady', `pod ${target.namespace}/${pod} is being deleted`);
  if (pod === undefined)
    throw new StashError('NotFound', `${target.kind} ${target.namespace}/${target.name} has no pod that is its host ${host} now`);
  const mounted = (spec?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
  return {
    agent: formatAgentKey({ type: 'pod', namespace: target.namespace, pod, container: container ?? SIDECAR_CONTAINER }),
    ...(mounted.length === 0 ? {} : { paths: mounted }),
    address: '127.0.0.1',
  };
}

interface JobAgent {
  key: Extract<AgentKey, { type: 'job' }>;
  job: V1Job;
  paths?: string[];
  redact?: (text: string) => string;
}

async function jobAgent(connection: Connection, settings: ClusterSettings, work: HostWork, clock: Pick<Clock, 'now'>): Promise<JobAgent> {
  if (work.stash !== undefined) return stashAgent(connection, settings, { ...work, stash: work.stash }, clock);
  return work.target.kind === 'AppBinding' ? applicationAgent(settings, work) : claimAgent(connection, settings, work);
}

function applicationAgent(settings: ClusterSettings, { target, direction, program, runtimeSettings, tempDir }: HostWork): JobAgent {
  const work = { namespace: target.namespace, name: target.name, direction, program, runtimeSettings, tempDir };
  return { key: applicationKey(work), job: applicationJob(settings, work) };
}

async function claimAgent(connection: Connection, settings: ClusterSettings, work: HostWork): Promise<JobAgent> {
  const { target, direction, runtimeSettings, program, tempDir } = work;
  const claims = work.claims ?? [namedClaim(work)];
  const found = await (work.claims === undefined ? readNamed(connection, target) : keepClaims(connection, target.namespace, work.claims));
  const node = await nodeOfClaims(connection, found, direction);
  const all = { namespace: target.namespace, claims, direction, runtimeSettings, program, tempDir, node };
  const paths = claims.flatMap(({ mounts }) => mounts.map(({ mountPath }) => mountPath));
  return { key: claimKey(all), job: claimJob(settings, all), paths };
}

async function stashAgent(
  connection: Connection,
  settings: ClusterSettings,
  work: HostWork & { stash: StashRun },
  clock: Pick<Clock, 'now'>,
): Promise<JobAgent> {
  const { kind, namespace, name } = work.target;
  const { program, redact } = work.stash;
  if (work.claims !== undefined)
    throw new StashError(
      'NotSupportedYet',
      `Task ${program.name} was written for Stash, and such Tasks do not restore into volumeClaimTemplates yet`,
      {
        remedy: 'Make the claim, and name it in spec.target.ref.',
      },
    );
  const claim = kind === 'AppBinding' ? undefined : await readClaim(connection, namespace, name);
  const node = claim && (await nodeOfClaim(connection, claim, work.direction));
  return { key: stashJobKey(work), job: stashJob(settings, { ...work, node, now: clock.now() }), redact };
}

/** A claim that is the target itself appears once, where the first of the target's volumeMounts says. */
function namedClaim({ target, spec }: HostWork): Pick<WantedClaim, 'name' | 'mounts'> {
  const subPath = spec?.volumeMounts?.[0]?.subPath;
  return { name: target.name, mounts: [{ mountPath: targetMountPath(spec), ...(subPath === undefined ? {} : { subPath }) }] };
}

async function readNamed(connection: Connection, { kind, namespace, name }: TargetKey) {
  const claim = await readClaim(connection, namespace, name);
  if (claim === undefined) throw new StashError('NotFound', `there is no ${kind} ${namespace}/${name}`);
  return [claim];
}
