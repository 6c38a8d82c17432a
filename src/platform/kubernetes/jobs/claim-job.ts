import type { V1Affinity, V1Job, V1PodSecurityContext } from '@kubernetes/client-node';
import type { RuntimeSettings } from '../../../api/runtime-settings.ts';
import type { BackupTarget } from '../../../api/target.ts';
import type { TempDir } from '../../../api/temp-dir.ts';
import type { FunctionContainer } from '../../../rules/function-container.ts';
import { targetMountPath } from '../../../rules/variables/stash-variables.ts';
import { type AgentKey, formatAgentKey, shortHash } from '../agent-key.ts';
import { leastPrivilege } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import { jobContainer } from './function-container.ts';
import { agentJob, jobName } from './job.ts';
import { podSettings } from './pod-settings.ts';

const DATA_VOLUME = 'stash-target';

interface ClaimWork {
  namespace: string;
  claim: string;
  direction: 'backup' | 'restore';
  /** As the target says; the first one's path is where the claim appears. */
  volumeMounts?: BackupTarget['volumeMounts'];
  runtimeSettings?: RuntimeSettings | undefined;
  /** What the functions need of their container; any will do when absent. */
  program?: FunctionContainer | undefined;
  tempDir?: TempDir | undefined;
  /** The only node that can mount it now: another pod there has it. */
  node?: string | undefined;
}

/** One Job serves one claim in one direction, since what a backup reads it cannot write, and in one container. */
export function claimKey({ namespace, claim, direction, program }: ClaimWork): Extract<AgentKey, { type: 'job' }> {
  const container = program === undefined ? '' : `/${shortHash(JSON.stringify(program))}`;
  return { type: 'job', namespace, job: jobName(`stash-${direction}-${claim}`, `${direction}/${namespace}/${claim}${container}`) };
}

/**
 * The Job that backs up or restores the files of a PersistentVolumeClaim, in the claim's namespace. Files may be anybody's, so it is root
 * unless `runtimeSettings` say otherwise, with no more of root's power than reading (or writing and giving away) files.
 */
export function claimJob(settings: ClusterSettings, work: ClaimWork): V1Job {
  const { namespace, claim, direction, runtimeSettings } = work;
  const key = claimKey(work);
  const pod = runtimeSettings?.pod;
  const mounted = work.volumeMounts?.[0];
  const needed = direction === 'backup' ? ['DAC_READ_SEARCH'] : ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD'];
  const made = jobContainer(settings, {
    key: formatAgentKey(key),
    program: work.program,
    runtimeSettings,
    tempDir: work.tempDir,
    securityContext: leastPrivilege({ user: 0, capabilities: needed }),
    mounts: [
      {
        name: DATA_VOLUME,
        mountPath: targetMountPath(work),
        readOnly: direction === 'backup',
        ...(mounted?.subPath === undefined ? {} : { subPath: mounted.subPath }),
      },
    ],
  });
  return agentJob(settings, {
    name: key.job,
    namespace,
    key: formatAgentKey(key),
    ...(pod?.serviceAccountName === undefined ? {} : { serviceAccountName: pod.serviceAccountName }),
    container: made.container,
    volumes: [...made.volumes, { name: DATA_VOLUME, persistentVolumeClaim: { claimName: claim, readOnly: direction === 'backup' } }],
    ...(pod?.securityContext === undefined ? {} : { podSecurity: pod.securityContext as V1PodSecurityContext }),
    pod: {
      ...made.pod,
      ...podSettings(runtimeSettings),
      ...(work.node === undefined ? {} : { affinity: onNode(work.node) }),
    },
  });
}

/** By the node's name, which a label need not equal. */
export function onNode(node: string): V1Affinity {
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
}
