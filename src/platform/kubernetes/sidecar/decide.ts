import { StashError } from '../../../errors/error.ts';
import { isContested, NO_HISTORY, noteRemoval, type SidecarHistory } from './contested.ts';
import { hasOurFields, ownedInitContainers, sidecarOwners } from './field-owners.ts';
import { type LiveSidecar, liveSidecar } from './live.ts';
import { AGENT_LABEL, FIELD_MANAGER, GATE_CONTAINER, INSTALL_CONTAINER } from './names.ts';
import { type SidecarPatch, sidecarPatch } from './patch.ts';
import { placed } from './place.ts';
import type { SidecarSettings, WantedSidecar } from './wanted.ts';
import { ownPart, type Workload, workloadText } from './workload.ts';

interface SidecarRequest {
  workload: Workload;
  wanted: readonly WantedSidecar[];
  settings: SidecarSettings;
  history: SidecarHistory;
  now: string;
  /** Roll the agents to the operator's present version. */
  upgrade?: boolean;
}

type SidecarDecision = { history: SidecarHistory } & (
  | { do: 'Nothing' }
  /** One after the other. */
  | { do: 'Apply'; patches: SidecarPatch[] }
  | { do: 'Remove' }
  | { do: 'Refuse'; error: StashError }
  | { do: 'Contested'; error: StashError }
);

/** What is to be done so that a workload has the sidecars that are wanted, or none when none is. */
export function decideSidecar(request: SidecarRequest): SidecarDecision {
  const { workload, wanted, settings, now, upgrade = false } = request;
  const history = { ...(request.history.uid === workload.metadata.uid ? request.history : NO_HISTORY), ...uidOf(workload) };
  if (wanted.length === 0)
    return { do: hasOurFields(workload) ? 'Remove' : 'Nothing', history: { ...history, attached: false, removals: [] } };
  if (workload.metadata.deletionTimestamp !== undefined) return { do: 'Nothing', history };
  const answer = sidecarPatch(workload, wanted, settings, { upgrade });
  if ('refusal' in answer) return { do: 'Refuse', error: answer.refusal, history };
  const live = liveSidecar(workload);
  const complete = live !== undefined && live.hash === answer.hash && isComplete(workload, live, wanted);
  const others = sidecarOwners(workload).filter((manager) => manager !== FIELD_MANAGER);
  const printed = others.length > 0 && !hasOurFields(workload);
  if (complete && (printed || !(upgrade && live.payloadImage !== settings.image)) && !ownsForeignNames(workload))
    // It is back although it was given up: settled.
    return { do: 'Nothing', history: { ...history, attached: true, removals: isContested(history) ? [] : history.removals } };
  const owner = workload.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) return { do: 'Refuse', error: owned(workload, owner), history };
  if (printed) return { do: 'Refuse', error: printedElsewhere(workload, others), history };
  // Ours differs because something else is wanted now; or somebody took it, or a part of it, away.
  const removed = live === undefined || (live.hash === answer.hash && !complete);
  const noted = removed ? noteRemoval(history, now) : history;
  if (isContested(noted)) return { do: 'Contested', error: removedAgain(workload, noted), history: noted };
  const first = placed(answer.patch, workload);
  return { do: 'Apply', patches: first === undefined ? [answer.patch] : [first, answer.patch], history: noted };
}

/**
 * Whether nobody took a part away. Judged by names that every version has, and not by what this one would write: a new version must not
 * restart pods. Fields that somebody took over are his.
 */
function isComplete({ spec: { template } }: Workload, { containers }: LiveSidecar, wanted: readonly WantedSidecar[]): boolean {
  const names = [INSTALL_CONTAINER, GATE_CONTAINER, ...wanted.map(({ container }) => container)];
  return template.metadata?.labels?.[AGENT_LABEL] === 'true' && names.every((name) => containers.includes(name));
}

/** What is left of placing our init containers when nobody came to the second step. */
function ownsForeignNames(workload: Workload): boolean {
  const foreign = new Set(ownPart(workload).initContainers.map(({ name }) => name));
  return ownedInitContainers(workload).some((name) => foreign.has(name));
}

/** Whoever owns it writes the template anew when he likes; one that he was given the sidecar for is complete, and never gets here. */
function owned(workload: Workload, { kind, name }: { kind: string; name: string }): StashError {
  return new StashError('SidecarRefused', `${workloadText(workload)} belongs to ${kind} ${name}, which would take a sidecar out again`, {
    remedy: 'Print the manifest with "stash inject -f" and give the sidecar to the owner, or back up by a Job.',
  });
}

function uidOf({ metadata: { uid } }: Workload): { uid?: string } {
  return uid === undefined ? {} : { uid };
}

function printedElsewhere(workload: Workload, owners: readonly string[]): StashError {
  return new StashError(
    'SidecarRefused',
    `the sidecar of ${workloadText(workload)} was put there by ${owners.join(', ')}, and something else is to run now`,
    { remedy: 'Print the manifest anew with "stash inject -f" and apply it as before, or take the sidecar out of it.' },
  );
}

function removedAgain(workload: Workload, { removals }: SidecarHistory): StashError {
  return new StashError(
    'SidecarContested',
    `the sidecar of ${workloadText(workload)} was taken out ${removals.length} times within 10 minutes (${removals.join(', ')}); it is left out now`,
  );
}
