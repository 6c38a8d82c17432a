import type { V1Job } from '@kubernetes/client-node';
import type { HostAgent, HostWork, PlatformPort, TargetKey } from '../../controllers/platform-port.ts';
import { StashError } from '../../errors/error.ts';
import { DEFAULT_HOST } from '../../rules/host-name.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import { type AgentKey, formatAgentKey } from './agent-key.ts';
import { checkRestore, restoreHosts } from './gates/restore-target.ts';
import { claimJob, claimKey, claimMountPath } from './jobs/claim-job.ts';
import { repositoryJob } from './jobs/job.ts';
import type { ClusterSettings } from './settings.ts';
import { SIDECAR_CONTAINER } from './sidecar/names.ts';
import { WORKLOAD_KINDS } from './sidecar/workload.ts';
import { nodeOfClaim, readClaim } from './targets/claim.ts';
import type { Sidecars } from './targets/keep-sidecars.ts';
import { isWorkload } from './targets/wanted-sidecars.ts';
import { hostsOfWorkload, type WorkloadTarget } from './targets/workload.ts';

interface ClusterPlatform {
  port: PlatformPort;
  /** The Job that runs an agent; undefined for one that is in a pod of somebody else, and for one that nobody has asked for yet. */
  jobOf(key: AgentKey): V1Job | undefined;
}

/** A cluster: what is a target there, and who works on it. */
export function clusterPlatform(
  connection: Connection,
  settings: ClusterSettings,
  { sidecars, exec }: { sidecars: Sidecars; exec: PlatformPort['exec'] },
): ClusterPlatform {
  // Made when an order is made, which happens again after a restart of the operator.
  const jobs = new Map<string, V1Job>();
  return {
    jobOf: (key) => (key.type === 'repository' ? repositoryJob(settings, key) : jobs.get(formatAgentKey(key))),
    port: {
      place: 'Cluster',
      targetKinds: [...WORKLOAD_KINDS, 'PersistentVolumeClaim'],
      heldBackKinds: WORKLOAD_KINDS,
      hosts: async (target, alias, direction) => {
        const missing = { missing: `there is no ${target.kind} ${target.namespace}/${target.name}` };
        if (!isWorkloadTarget(target)) {
          const claim = await readClaim(connection, target.namespace, target.name);
          return claim === undefined ? missing : { hosts: [alias ?? `${DEFAULT_HOST}-0`] };
        }
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
        if (isWorkloadTarget(target))
          return work.direction === 'backup'
            ? sidecarOf(connection, work, target)
            : { agent: formatAgentKey({ type: 'restore', ...target, host }), address: '127.0.0.1' };
        const { key, job, mountPath } = await claimAgent(connection, settings, work);
        jobs.set(formatAgentKey(key), job);
        return { agent: formatAgentKey(key), paths: [mountPath] };
      },
      attach: sidecars.attach,
      detach: sidecars.detach,
      repositoryAgent: ({ namespace, name }) => formatAgentKey({ type: 'repository', namespace, name }),
      exec,
    },
  };
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

async function claimAgent(connection: Connection, settings: ClusterSettings, { target, direction, spec, runtimeSettings }: HostWork) {
  const claim = await readClaim(connection, target.namespace, target.name);
  if (claim === undefined) throw new StashError('NotFound', `there is no ${target.kind} ${target.namespace}/${target.name}`);
  const node = await nodeOfClaim(connection, claim);
  const work = { namespace: target.namespace, claim: target.name, direction, volumeMounts: spec?.volumeMounts, runtimeSettings, node };
  return { key: claimKey(work), job: claimJob(settings, work), mountPath: claimMountPath(work) };
}
