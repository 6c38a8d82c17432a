import { parseAgentKey } from '../agent-key.ts';
import type { Identity } from './identity.ts';

/** Where the Jobs that work on repositories run, and as whom. */
export interface OwnAgents {
  namespace: string;
  serviceAccount: string;
}

/**
 * Whether who has this token may be the agent of this key. The namespace is the boundary of trust; within it a pod speaks for itself alone,
 * and a Job's pods for that Job (their names begin with its name).
 */
export function mayServe({ namespace, serviceAccount, pod }: Identity, agent: string, own: OwnAgents): boolean {
  const key = parseAgentKey(agent);
  if (key === undefined || pod === undefined) return false;
  switch (key.type) {
    case 'pod':
    case 'gate':
      return namespace === key.namespace && pod.name === key.pod;
    case 'job':
      return namespace === key.namespace && pod.name.startsWith(`${key.job}-`);
    // Nobody's.
    case 'restore':
      return false;
    case 'repository':
      return namespace === own.namespace && serviceAccount === own.serviceAccount;
  }
}
