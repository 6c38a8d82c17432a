import type { V1Affinity, V1Job, V1PodSecurityContext, V1ResourceRequirements, V1SecurityContext } from '@kubernetes/client-node';
import type { RuntimeSettings } from '../../../api/runtime-settings.ts';
import type { BackupTarget } from '../../../api/target.ts';
import { StashError } from '../../../errors/error.ts';
import { type AgentKey, formatAgentKey } from '../agent-key.ts';
import { AGENT_VOLUMES, leastPrivilege, ownImageContainer } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import { agentJob, jobName } from './job.ts';

/** Where Stash mounts a claim when nothing else is said. */
const CLAIM_MOUNT = '/stash-data';
/** The journal and restic's cache. */
const STAGE_SIZE = '2Gi';
const DATA_VOLUME = 'stash-target';

interface ClaimWork {
  namespace: string;
  claim: string;
  direction: 'backup' | 'restore';
  /** As the target says; the first one's path is where the claim appears. */
  volumeMounts?: BackupTarget['volumeMounts'];
  runtimeSettings?: RuntimeSettings | undefined;
  /** The only node that can mount it now: another pod there has it. */
  node?: string | undefined;
}

/** One Job serves one claim in one direction: what a backup reads it cannot write. */
export function claimKey({ namespace, claim, direction }: ClaimWork): Extract<AgentKey, { type: 'job' }> {
  return { type: 'job', namespace, job: jobName(`stash-${direction}-${claim}`, `${direction}/${namespace}/${claim}`) };
}

/** The path at which the claim appears in the Job. */
export function claimMountPath({ volumeMounts }: Pick<ClaimWork, 'volumeMounts'>): string {
  return volumeMounts?.[0]?.mountPath ?? CLAIM_MOUNT;
}

/**
 * The Job that backs up or restores the files of a PersistentVolumeClaim, in the claim's namespace. Files may be anybody's, so it is root
 * unless `runtimeSettings` say otherwise, with no more of root's power than reading (or writing and giving away) files.
 */
export function claimJob(settings: ClusterSettings, work: ClaimWork): V1Job {
  const { namespace, claim, direction, runtimeSettings } = work;
  const key = claimKey(work);
  const pod = runtimeSettings?.pod;
  const container = runtimeSettings?.container;
  const mounted = work.volumeMounts?.[0];
  const needed = direction === 'backup' ? ['DAC_READ_SEARCH'] : ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD'];
  const securityContext = {
    ...leastPrivilege({ user: 0, capabilities: needed }),
    ...checked(container?.securityContext as V1SecurityContext | undefined),
  };
  return agentJob(settings, {
    name: key.job,
    namespace,
    key: formatAgentKey(key),
    ...(pod?.serviceAccountName === undefined ? {} : { serviceAccountName: pod.serviceAccountName }),
    container: {
      ...ownImageContainer(settings, formatAgentKey(key), {
        securityContext,
        mounts: [
          {
            name: DATA_VOLUME,
            mountPath: claimMountPath(work),
            readOnly: direction === 'backup',
            ...(mounted?.subPath === undefined ? {} : { subPath: mounted.subPath }),
          },
        ],
      }),
      ...(container?.resources === undefined ? {} : { resources: container.resources as V1ResourceRequirements }),
    },
    volumes: [
      { name: AGENT_VOLUMES.stage, emptyDir: { sizeLimit: STAGE_SIZE } },
      { name: DATA_VOLUME, persistentVolumeClaim: { claimName: claim, readOnly: direction === 'backup' } },
    ],
    ...(pod?.securityContext === undefined ? {} : { podSecurity: pod.securityContext as V1PodSecurityContext }),
    pod: {
      ...(pod?.nodeSelector === undefined ? {} : { nodeSelector: pod.nodeSelector }),
      ...(pod?.tolerations === undefined ? {} : { tolerations: pod.tolerations }),
      ...(pod?.priorityClassName === undefined ? {} : { priorityClassName: pod.priorityClassName }),
      ...(work.node === undefined ? {} : { affinity: onNode(work.node) }),
    },
  });
}

/** The operator makes nobody more powerful than a namespace's users are without it. */
function checked(context: V1SecurityContext | undefined): V1SecurityContext {
  if (context?.privileged === true || context?.allowPrivilegeEscalation === true)
    throw new StashError('Invalid', 'spec.runtimeSettings.container.securityContext: privileged and allowPrivilegeEscalation are refused', {
      remedy: 'Leave them out: reading and writing files needs neither.',
    });
  return context ?? {};
}

/** By the node's name, which a label need not equal. */
function onNode(node: string): V1Affinity {
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
}
