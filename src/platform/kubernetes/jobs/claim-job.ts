import type { V1Affinity, V1Job, V1PodSecurityContext, V1VolumeMount } from '@kubernetes/client-node';
import type { RuntimeSettings } from '../../../api/runtime-settings.ts';
import type { TempDir } from '../../../api/temp-dir.ts';
import type { WantedClaim } from '../../../rules/claim-templates.ts';
import type { FunctionContainer } from '../../../rules/function-container.ts';
import { type AgentKey, formatAgentKey, shortHash } from '../agent-key.ts';
import { leastPrivilege } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import { jobContainer } from './function-container.ts';
import { agentJob, jobName } from './job.ts';
import { podSettings } from './pod-settings.ts';

const DATA_VOLUME = 'stash-target';

/** Restores are once: somebody may be waiting to have the claim on another node. */
const RESTORE_IDLE_SECONDS = 5;

interface ClaimWork {
  namespace: string;
  /** Served together, by one pod. */
  claims: readonly Pick<WantedClaim, 'name' | 'mounts'>[];
  direction: 'backup' | 'restore';
  runtimeSettings?: RuntimeSettings | undefined;
  /** What the functions need of their container; any will do when absent. */
  program?: FunctionContainer | undefined;
  tempDir?: TempDir | undefined;
  /** The only node that can mount them now: another pod there has one. */
  node?: string | undefined;
}

/**
 * One Job serves one claim, or those of one replica, in one direction, since what a backup reads it cannot write; and in one container, which
 * sees the same of them: a Job that waits for more to do must not be found by who means another directory. The node changes nothing of that.
 */
export function claimKey({
  namespace,
  claims,
  direction,
  program,
  runtimeSettings,
  tempDir,
}: ClaimWork): Extract<AgentKey, { type: 'job' }> {
  const names = claims.map(({ name }) => name);
  const mounts = claims.map((claim) => claim.mounts);
  const container = shortHash(JSON.stringify({ mounts, program, runtimeSettings, tempDir }));
  const unique = `${direction}/${namespace}/${names.join('/')}/${container}`;
  return { type: 'job', namespace, job: jobName(`stash-${direction}-${names[0]}`, unique) };
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
  const needed = readOnly ? ['DAC_READ_SEARCH'] : ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD'];
  const made = jobContainer(settings, {
    key: formatAgentKey(key),
    program: work.program,
    runtimeSettings,
    tempDir: work.tempDir,
    securityContext: leastPrivilege({ user: 0, capabilities: needed }),
    mounts: claims.flatMap(({ mounts }, index): V1VolumeMount[] => mounts.map((one) => ({ name: volumeName(index), ...one, readOnly }))),
    ...(readOnly ? {} : { idleSeconds: RESTORE_IDLE_SECONDS }),
  });
  return agentJob(settings, {
    name: key.job,
    namespace,
    key: formatAgentKey(key),
    ...(pod?.serviceAccountName === undefined ? {} : { serviceAccountName: pod.serviceAccountName }),
    container: made.container,
    volumes: [
      ...made.volumes,
      ...claims.map(({ name }, index) => ({ name: volumeName(index), persistentVolumeClaim: { claimName: name, readOnly } })),
    ],
    ...(pod?.securityContext === undefined ? {} : { podSecurity: pod.securityContext as V1PodSecurityContext }),
    pod: {
      ...made.pod,
      ...podSettings(runtimeSettings),
      ...(work.node === undefined ? {} : { affinity: onNode(work.node) }),
    },
  });
}

function volumeName(index: number): string {
  return `${DATA_VOLUME}-${index}`;
}

/** By the node's name, which a label need not equal. */
export function onNode(node: string): V1Affinity {
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
}
