import type { ConditionChange } from '../../../controllers/conditions.ts';
import { isCode, type StashError } from '../../../errors/error.ts';
import { sidecarConditions } from './conditions.ts';
import type { SidecarHistory } from './contested.ts';
import { decideSidecar } from './decide.ts';
import { removeSidecar } from './detach.ts';
import { liveSidecar } from './live.ts';
import type { SidecarSettings, WantedSidecar } from './wanted.ts';
import { type Workload, workloadText } from './workload.ts';
import { applyToWorkload, type Cluster, readWorkload, type WorkloadKey } from './workload-requests.ts';

interface AttachOptions {
  settings: SidecarSettings;
  /** As it came back the last time; `NO_HISTORY` the first time and when what asks for the sidecar has been edited. */
  history: SidecarHistory;
  now: string;
  /** Sees to it that agents in this namespace can trust the operator; pods with an agent do not start before that. */
  publishTrust: (namespace: string) => Promise<void>;
  upgrade?: boolean;
}

interface Attached {
  conditions: ConditionChange[];
  history: SidecarHistory;
  /** Whether anything was written. */
  changed: boolean;
  /** Of what the sidecars of the template run now; absent where there is none. Pods with the same annotation have them. */
  hash?: string | undefined;
}

/**
 * Sees to it that the workload has these sidecars, or none of ours when none is wanted. Asks only when nothing is to change. Refusals come
 * back as conditions; rejects with NotFound without the workload, and when the API server cannot be asked or does not allow it.
 */
export async function attach(
  cluster: Cluster,
  target: WorkloadKey,
  wanted: readonly WantedSidecar[],
  { settings, history, now, publishTrust, upgrade = false }: AttachOptions,
): Promise<Attached> {
  const workload = await readWorkload(cluster, target);
  const decision = decideSidecar({ workload, wanted, settings, history, now, upgrade });
  // Also for a sidecar that somebody else put there.
  if (wanted.length > 0) await publishTrust(target.namespace);
  switch (decision.do) {
    case 'Nothing':
      return answer(workload, settings, decision.history, false);
    case 'Refuse':
    case 'Contested':
      return answer(workload, settings, decision.history, false, decision.error);
    case 'Remove':
      return answer(await removeSidecar(cluster, workload), settings, decision.history, true);
    case 'Apply': {
      let latest = workload;
      try {
        for (const patch of decision.patches) latest = await applyToWorkload(cluster, patch, workload);
      } catch (error) {
        if (!isCode(error, 'SidecarContested', 'Invalid')) throw error;
        return answer(latest, settings, decision.history, latest !== workload, error);
      }
      return answer(latest, settings, { ...decision.history, attached: true }, true);
    }
  }
}

function answer(workload: Workload, { image }: SidecarSettings, history: SidecarHistory, changed: boolean, error?: StashError): Attached {
  const live = liveSidecar(workload);
  const state = { workload: workloadText(workload), error, agentImage: live?.payloadImage, image, waiting: waiting(workload) };
  return { conditions: sidecarConditions(state), history, changed, hash: live?.hash };
}

/** Strategies by which a changed template does not reach the pods. They are the owner's decision. */
function waiting({ spec: { paused, updateStrategy } }: Workload): string | undefined {
  if (paused === true) return 'its pods get it when the Deployment is resumed';
  return updateStrategy?.type === 'OnDelete' ? 'its pods get it when they are deleted (updateStrategy OnDelete)' : undefined;
}
