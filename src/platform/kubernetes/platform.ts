import type { V1Job } from '@kubernetes/client-node';
import type { HostAgent, HostWork, PlatformPort, TargetKey } from '../../controllers/platform-port.ts';
import { StashError } from '../../errors/error.ts';
import { DEFAULT_HOST } from '../../rules/host-name.ts';
import { targetMountPath } from '../../rules/variables/stash-variables.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import { type AgentKey, formatAgentKey } from './agent-key.ts';
import { checkGateProgram } from './gates/gate-program.ts';
import { checkRestore, restoreHosts } from './gates/restore-target.ts';
import { applicationJob, applicationKey } from './jobs/application-job.ts';
import { claimJob, claimKey } from './jobs/claim-job.ts';
import { repositoryJob } from './jobs/job.ts';
import { stashRuns } from './jobs/stash-runs.ts';
import type { ClusterSettings } from './settings.ts';
import { SIDECAR_CONTAINER } from './sidecar/names.ts';
import { WORKLOAD_KINDS } from './sidecar/workload.ts';
import { hasApplication } from './targets/application.ts';
import { nodeOfClaim, readClaim } from './targets/claim.ts';
import type { Sidecars } from './targets/keep-sidecars.ts';
import { isWorkload } from './targets/wanted-sidecars.ts';
import { hostsOfWorkload, type WorkloadTarget } from './targets/workload.ts';

interface ClusterPlatform {
  port: PlatformPort;
  /** The Job that runs an agent; undefined for one that is in a pod of somebody else, and for one that nobody has asked for yet. */
  jobOf(key: AgentKey): V1Job | undefined;
  /** Takes out of a text what the pod of this agent must not tell. */
  redact(agent: string, text: string): string;
}

/** A cluster: what is a target there, and who works on it. */
export function clusterPlatform(
  connection: Connection,
  settings: ClusterSettings,
  sidecars: Sidecars,
  clock: Pick<Clock, 'now'>,
): ClusterPlatform {
  // Made when an order is made, which happens again after a restart of the operator.
  const jobs = new Map<string, V1Job>();
  const runs = stashRuns();
  return {
    jobOf: (key) =>
      key.type === 'repository' ? repositoryJob(settings, key) : (runs.jobOf(formatAgentKey(key)) ?? jobs.get(formatAgentKey(key))),
    redact: runs.redact,
    port: {
      place: 'Cluster',
      targetKinds: [...WORKLOAD_KINDS, 'PersistentVolumeClaim', 'AppBinding'],
      heldBackKinds: WORKLOAD_KINDS,
      hosts: async (target, alias, direction) => {
        const missing = { missing: `there is no ${target.kind} ${target.namespace}/${target.name}` };
        if (!isWorkloadTarget(target)) return (await isThere(connection, target)) ? { hosts: [alias ?? `${DEFAULT_HOST}-0`] } : missing;
        if (direction === 'restore') {
          const hosts = await restoreHosts(connection, target, alias);
          return hosts === undefined ? missing : { hosts };
        }
        const hosts = await hostsOfWorkload(connection, target, alias);
        return hosts === undefined ? missing : { hosts: hosts.map(({ host }) => host) };
      },
      checkRestore: async (target, work) => {
        if (isWorkloadTarget(target)) await checkRestore(connection, target, work);
      },
      agent: async (work) => {
        const { target, host } = work;
        if (isWorkloadTarget(target)) {
          if (work.direction === 'backup') return sidecarOf(connection, work, target);
          await checkGateProgram(connection, target, work.program);
          return { agent: formatAgentKey({ type: 'restore', ...target, host }), address: '127.0.0.1' };
        }
        if (work.stash !== undefined) {
          const claim = target.kind === 'AppBinding' ? undefined : await readClaim(connection, target.namespace, target.name);
          const node = claim && (await nodeOfClaim(connection, claim));
          return { agent: runs.add(settings, { ...work, stash: work.stash, node, now: clock.now() }) };
        }
        const { key, job, paths } =
          target.kind === 'AppBinding' ? applicationAgent(settings, work) : await claimAgent(connection, settings, work);
        jobs.set(formatAgentKey(key), job);
        return { agent: formatAgentKey(key), ...(paths === undefined ? {} : { paths }) };
      },
      attach: sidecars.attach,
      detach: sidecars.detach,
      repositoryAgent: ({ namespace, name }) => formatAgentKey({ type: 'repository', namespace, name }),
      exec: async () => {
        throw new StashError('NotSupportedYet', 'hooks of the kind exec are not built yet for clusters', {
          remedy: 'Use httpGet, httpPost or tcpSocket.',
        });
      },
    },
  };
}

async function isThere(connection: Connection, { kind, namespace, name }: TargetKey): Promise<boolean> {
  if (kind === 'AppBinding') return hasApplication(connection, namespace, name);
  return (await readClaim(connection, namespace, name)) !== undefined;
}

function isWorkloadTarget(target: TargetKey): target is WorkloadTarget {
  return isWorkload(target.kind);
}

/** The sidecar in the pod that is this host now. */
async function sidecarOf(connection: Connection, { host, spec, container }: HostWork, target: WorkloadTarget): Promise<HostAgent> {
  const hosts = await hostsOfWorkload(connection, target, spec?.alias);
  const pod = hosts?.find((one) => one.host === host)?.pod;
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
}

function applicationAgent(settings: ClusterSettings, { target, direction, program, runtimeSettings, tempDir }: HostWork): JobAgent {
  const work = { namespace: target.namespace, name: target.name, direction, program, runtimeSettings, tempDir };
  return { key: applicationKey(work), job: applicationJob(settings, work) };
}

async function claimAgent(connection: Connection, settings: ClusterSettings, work: HostWork): Promise<JobAgent> {
  const { target, direction, spec, runtimeSettings, program, tempDir } = work;
  const claim = await readClaim(connection, target.namespace, target.name);
  if (claim === undefined) throw new StashError('NotFound', `there is no ${target.kind} ${target.namespace}/${target.name}`);
  const node = await nodeOfClaim(connection, claim);
  const own = { namespace: target.namespace, claim: target.name, direction, volumeMounts: spec?.volumeMounts, node };
  const claimed = { ...own, runtimeSettings, program, tempDir };
  return { key: claimKey(claimed), job: claimJob(settings, claimed), paths: [targetMountPath(claimed)] };
}
