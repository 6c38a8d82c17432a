import type { V1ResourceRequirements } from '@kubernetes/client-node';

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
  /** Serves metrics under Stash’s old names too. */
  legacyMetrics?: boolean;
}
