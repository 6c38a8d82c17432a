import type {
  V1Affinity,
  V1Job,
  V1PodSecurityContext,
  V1ResourceRequirements,
  V1SecurityContext,
  V1VolumeMount,
} from '@kubernetes/client-node';
import type { RuntimeSettings } from '../../../api/runtime-settings.ts';
import { StashError } from '../../../errors/error.ts';
import type { WantedClaim } from '../../../rules/claim-templates.ts';
import { type AgentKey, formatAgentKey } from '../agent-key.ts';
import { AGENT_VOLUMES, leastPrivilege, ownImageContainer } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import { agentJob, jobName } from './job.ts';

/** The journal and restic's cache. */
const STAGE_SIZE = '2Gi';
const DATA_VOLUME = 'stash-target';

/** Restores are once: somebody may be waiting to have the claim on another node. */
const RESTORE_IDLE_SECONDS = 5;

interface ClaimWork {
  namespace: string;
  /** Served together, by one pod. */
  claims: readonly Pick<WantedClaim, 'name' | 'mounts'>[];
  direction: 'backup' | 'restore';
  runtimeSettings?: RuntimeSettings | undefined;
  /** The only node that can mount them now: another pod there has one. */
  node?: string | undefined;
}

/** One Job serves one claim, or those of one replica, in one direction: what a backup reads it cannot write. */
export function claimKey({ namespace, claims, direction }: ClaimWork): Extract<AgentKey, { type: 'job' }> {
  const names = claims.map(({ name }) => name);
  return { type: 'job', namespace, job: jobName(`stash-${direction}-${names[0]}`, `${direction}/${namespace}/${names.join('/')}`) };
}

/**
 * The Job that backs up or restores the files of PersistentVolumeClaims, in their namespace. Files may be anybody's, so it is root
 * unless `runtimeSettings` say otherwise, with no more of root's power than reading (or writing and giving away) files.
 */
export function claimJob(settings: ClusterSettings, work: ClaimWork): V1Job {
  const { namespace, claims, direction, runtimeSettings } = work;
  const readOnly = direction === 'backup';
  const key = claimKey(work);
  const pod = runtimeSettings?.pod;
  const container = runtimeSettings?.container;
  const needed = readOnly ? ['DAC_READ_SEARCH'] : ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD'];
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
        mounts: claims.flatMap(({ mounts }, index): V1VolumeMount[] =>
          mounts.map((one) => ({ name: volumeName(index), ...one, readOnly })),
        ),
        ...(readOnly ? {} : { idleSeconds: RESTORE_IDLE_SECONDS }),
      }),
      ...(container?.resources === undefined ? {} : { resources: container.resources as V1ResourceRequirements }),
    },
    volumes: [
      { name: AGENT_VOLUMES.stage, emptyDir: { sizeLimit: STAGE_SIZE } },
      ...claims.map(({ name }, index) => ({ name: volumeName(index), persistentVolumeClaim: { claimName: name, readOnly } })),
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

function volumeName(index: number): string {
  return `${DATA_VOLUME}-${index}`;
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
