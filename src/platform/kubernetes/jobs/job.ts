import type { V1Container, V1Job, V1PodSpec, V1Volume } from '@kubernetes/client-node';
import { LABEL_VALUES, LABELS } from '../../../api/names.ts';
import { type AgentKey, formatAgentKey, shortHash } from '../agent-key.ts';
import { AGENT_VOLUMES, agentVolumes, leastPrivilege, ownImageContainer } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';

/** On Jobs of agents and their pods: the key of the agent. */
export const AGENT_ANNOTATION = 'stash.appscode.com/agent';
/** Label of the pods of Jobs. */
export const AGENT_COMPONENT = 'stash-agent';
/** A nobody that owns no file anywhere. */
const NOBODY = 65532;
/** Room for fetched and written data of an agent that works on a repository alone: restic's cache. */
const REPOSITORY_STAGE = '2Gi';
/** After a Job has ended somebody may still want to look at its pod. */
const TTL_SECONDS = 300;

type RepositoryKey = Extract<AgentKey, { type: 'repository' }>;

/** The Job that works on a repository itself, in the operator's namespace: nothing of the cluster, only what its orders bring. */
export function repositoryJob(settings: ClusterSettings, key: RepositoryKey): V1Job {
  const text = formatAgentKey(key);
  return agentJob(settings, {
    name: jobName(`stash-repository-${key.namespace}-${key.name}`, text),
    namespace: settings.namespace,
    key: text,
    serviceAccountName: settings.agentServiceAccount,
    container: ownImageContainer(settings, text, { securityContext: leastPrivilege({ user: NOBODY }) }),
    volumes: [{ name: AGENT_VOLUMES.stage, emptyDir: { sizeLimit: REPOSITORY_STAGE } }],
    podSecurity: { runAsUser: NOBODY, runAsGroup: NOBODY, fsGroup: NOBODY },
  });
}

interface JobParts {
  name: string;
  namespace: string;
  key: string;
  serviceAccountName?: string;
  container: V1Container;
  /** Besides those that every agent has. */
  volumes: V1Volume[];
  podSecurity?: NonNullable<V1PodSpec['securityContext']>;
  pod?: Partial<V1PodSpec>;
}

/**
 * A Job with one agent, which ends by itself when nothing more is asked of it. A pod that fails is followed by another; what it had begun
 * the operator then hears of as lost.
 */
export function agentJob(settings: ClusterSettings, parts: JobParts): V1Job {
  const labels = { [LABELS.managedBy]: LABEL_VALUES.managedBy, [LABELS.component]: AGENT_COMPONENT };
  const annotations = { [AGENT_ANNOTATION]: parts.key };
  const pullSecrets = [...settings.imagePullSecrets.map((name) => ({ name })), ...(parts.pod?.imagePullSecrets ?? [])];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: parts.name, namespace: parts.namespace, labels, annotations },
    spec: {
      backoffLimit: 3,
      ttlSecondsAfterFinished: TTL_SECONDS,
      template: {
        metadata: { labels, annotations },
        spec: {
          ...parts.pod,
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...(parts.serviceAccountName === undefined ? {} : { serviceAccountName: parts.serviceAccountName }),
          ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
          ...(parts.podSecurity === undefined ? {} : { securityContext: parts.podSecurity }),
          terminationGracePeriodSeconds: 60,
          containers: [parts.container],
          volumes: [...agentVolumes(), ...parts.volumes],
        },
      },
    },
  };
}

/** Of at most 52 characters, since its pods add to it; the hash keeps apart what was cut. */
export function jobName(readable: string, key: string): string {
  const stem = readable
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 41)
    .replace(/-+$/, '');
  return `${stem}-${shortHash(key)}`;
}
