import type { V1Job } from '@kubernetes/client-node';
import type { HostAgent, HostWork, PlatformPort, TargetKey } from '../../controllers/platform-port.ts';
import { StashError } from '../../errors/error.ts';
import { DEFAULT_CLAIM_MOUNT, type WantedClaim } from '../../rules/claim-templates.ts';
import { DEFAULT_HOST } from '../../rules/host-name.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import { type AgentKey, formatAgentKey } from './agent-key.ts';
import { checkRestore, restoreHosts } from './gates/restore-target.ts';
import { claimJob, claimKey } from './jobs/claim-job.ts';
import { repositoryJob } from './jobs/job.ts';
import { knownJobs } from './jobs/known-jobs.ts';
import type { ClusterSettings } from './settings.ts';
import { SIDECAR_CONTAINER } from './sidecar/names.ts';
import { WORKLOAD_KINDS } from './sidecar/workload.ts';
import { readClaim } from './targets/claim.ts';
import type { Sidecars } from './targets/keep-sidecars.ts';
import { checkClaims, keepClaims, nodeOfClaims } from './targets/restored-claims.ts';
import { isWorkload } from './targets/wanted-sidecars.ts';
import { hostsOfWorkload, type WorkloadTarget } from './targets/workload.ts';

interface ClusterPlatform {
  port: PlatformPort;
  /** The Job that runs an agent; undefined for one that is in a pod of somebody else, and for one that nobody has asked for yet. */
  jobOf(key: AgentKey): V1Job | undefined;
  /** To be told at every look at the agents of which of them anything is expected. */
  looked(busy: readonly string[]): void;
}

/** A cluster: what is a target there, and who works on it. */
export function clusterPlatform(connection: Connection, settings: ClusterSettings, sidecars: Sidecars): ClusterPlatform {
  // Made when an order is made, which happens again after a restart of the operator.
  const jobs = knownJobs();
  return {
    jobOf: (key) => (key.type === 'repository' ? repositoryJob(settings, key) : jobs.get(formatAgentKey(key))),
    looked: jobs.looked,
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
        if (work.claims !== undefined) await checkClaims(connection, target.namespace, work.claims);
        else if (isWorkloadTarget(target)) await checkRestore(connection, target, work);
      },
      agent: async (work) => {
        const { target, host } = work;
        if (work.claims === undefined && isWorkloadTarget(target))
          return work.direction === 'backup'
            ? sidecarOf(connection, work, target)
            : { agent: formatAgentKey({ type: 'restore', ...target, host }), address: '127.0.0.1' };
        const { key, job, paths } = await claimAgent(connection, settings, work);
        jobs.set(formatAgentKey(key), job);
        return { agent: formatAgentKey(key), paths };
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

async function claimAgent(connection: Connection, settings: ClusterSettings, work: HostWork) {
  const { target, direction, runtimeSettings } = work;
  const claims = work.claims ?? [namedClaim(work)];
  const found = await (work.claims === undefined ? readNamed(connection, target) : keepClaims(connection, target.namespace, work.claims));
  const node = await nodeOfClaims(connection, found);
  const all = { namespace: target.namespace, claims, direction, runtimeSettings, node };
  const paths = claims.flatMap(({ mounts }) => mounts.map(({ mountPath }) => mountPath));
  return { key: claimKey(all), job: claimJob(settings, all), paths };
}

/** A claim that is the target itself appears once, where the first of the target's volumeMounts says. */
function namedClaim({ target, spec }: HostWork): Pick<WantedClaim, 'name' | 'mounts'> {
  const { mountPath = DEFAULT_CLAIM_MOUNT, subPath } = spec?.volumeMounts?.[0] ?? {};
  return { name: target.name, mounts: [{ mountPath, ...(subPath === undefined ? {} : { subPath }) }] };
}

async function readNamed(connection: Connection, { kind, namespace, name }: TargetKey) {
  const claim = await readClaim(connection, namespace, name);
  if (claim === undefined) throw new StashError('NotFound', `there is no ${kind} ${namespace}/${name}`);
  return [claim];
}
