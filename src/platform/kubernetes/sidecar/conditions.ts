import type { ConditionChange } from '../../../controllers/conditions.ts';
import type { StashError } from '../../../errors/error.ts';

const SIDECAR_CONDITIONS = { injected: 'StashSidecarInjected', outdated: 'AgentOutdated', contested: 'SidecarContested' } as const;

interface SidecarState {
  /** For instance "Deployment shop/web". */
  workload: string;
  /** Why it is not there as it should be. */
  error?: StashError | undefined;
  /** Operator's image that the workload's agent is of; absent where there is none. */
  agentImage?: string | undefined;
  /** Image of the operator itself. */
  image: string;
  /** Why pods do not have it yet although their template has. */
  waiting?: string | undefined;
}

/** What is shown of a workload's sidecar; types and reasons that Stash had are Stash's. */
export function sidecarConditions({ workload, error, agentImage, image, waiting }: SidecarState): ConditionChange[] {
  const { injected, outdated, contested } = SIDECAR_CONDITIONS;
  const outOfDate = agentImage !== undefined && agentImage !== image;
  return [
    error === undefined
      ? condition(
          injected,
          true,
          'SidecarInjectionSucceeded',
          `the pod template of ${workload} has the sidecar${waiting === undefined ? '' : `; ${waiting}`}`,
        )
      : condition(injected, false, 'SidecarInjectionFailed', `${error.message}. ${error.remedy}`),
    outOfDate
      ? condition(
          outdated,
          true,
          'OtherVersion',
          `the agent of ${workload} is of ${agentImage}, the operator is ${image}; "stash upgrade-agents" replaces it, which restarts the pods`,
        )
      : condition(outdated, false, 'SameVersion', `no agent of ${workload} is of another version than the operator`),
    error?.code === 'SidecarContested'
      ? condition(contested, true, 'ChangedByOthers', `${error.message}. ${error.remedy}`)
      : condition(contested, false, 'NotContested', `nobody takes the sidecar of ${workload} out`),
  ];
}

function condition(type: string, holds: boolean, reason: string, message: string): ConditionChange {
  return { type, status: holds ? 'True' : 'False', reason, message };
}
