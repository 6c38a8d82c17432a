import type { V1PodSecurityContext, V1ResourceRequirements, V1Toleration } from '@kubernetes/client-node';

/** Name of the operator's Deployment, and of the Lease by which one of its pods leads. */
export const OPERATOR_NAME = 'stash-operator';

/** What the chart tells the operator about itself and about the pods it makes. */
export interface ClusterSettings {
  /** Where the operator and the Jobs that work on repositories are. */
  namespace: string;
  /** Image of the operator; agents are copied out of it. */
  image: string;
  imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  imagePullSecrets: string[];
  /** URL that agents dial. */
  agentsUrl: string;
  /** Service account, without any rights, of the Jobs in the operator's namespace. */
  agentServiceAccount: string;
  /** Of an agent that does not say otherwise. */
  agentResources: V1ResourceRequirements;
  localBackend: LocalBackendSettings;
}

/** The servers of Repositories with a `local` backend. */
interface LocalBackendSettings {
  /** Whether the chart grants what they need; without it such a Repository is refused. */
  enabled: boolean;
  /** Whether a volume may be a directory of a node. */
  allowHostPath: boolean;
  /** Who writes the volume. A value that is null is left out. */
  securityContext: { [K in keyof V1PodSecurityContext]: V1PodSecurityContext[K] | null };
  resources: V1ResourceRequirements;
  nodeSelector: Record<string, string>;
  tolerations: V1Toleration[];
}
