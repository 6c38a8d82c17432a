import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { podTrouble } from '../pods/pod-trouble.ts';
import { CHECK_CONTAINER } from './server.ts';

/** Whether the pod that the Deployment speaks of now, and no other, can be reached. */
export function isServing({ metadata, spec, status }: V1Deployment): boolean {
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    spec?.replicas !== 0 &&
    status?.replicas === 1 &&
    status.updatedReplicas === 1 &&
    status.readyReplicas === 1
  );
}

/** Longer than it takes to start a pod whose image is there, and less than sessions wait for a Repository that is not known yet. */
const PATIENCE_MS = 75_000;
/** What is in the way of a pod may be gone by itself: a volume is bound, a node is freed. */
const TROUBLE_MS = 15_000;

interface Seen {
  deployment: V1Deployment;
  pods: readonly V1Pod[];
  /** How long it has not been serving. */
  forMs: number;
}

/** Why it does not serve. `final`: waiting longer is not likely to help. */
export function whyNot({ deployment, pods, forMs }: Seen): { text: string; final: boolean } {
  const { metadata, spec, status } = deployment;
  const name = `Deployment ${metadata?.namespace}/${metadata?.name}`;
  if (spec?.replicas === 0) return { text: `${name}, which serves the volume, has replicas: 0`, final: true };
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return { text: `${name} is being started`, final: false };
  const current = pods.filter((pod) => pod.metadata?.deletionTimestamp === undefined);
  for (const pod of current) {
    const said = checkFailed(pod);
    if (said !== undefined) return { text: said, final: true };
  }
  const refused = status?.conditions?.find((one) => one.type === 'ReplicaFailure' && one.status === 'True');
  if (refused !== undefined && current.length === 0)
    return { text: `${name}: its pod is refused: ${refused.message ?? refused.reason ?? ''}`, final: forMs > TROUBLE_MS };
  const trouble = current.map((pod) => podTrouble(pod)).find((one) => one !== undefined);
  if (trouble !== undefined) return { text: trouble, final: forMs > TROUBLE_MS };
  const [pod] = current;
  if (pod === undefined) return { text: `${name} has no pod yet`, final: forMs > PATIENCE_MS };
  const text = `pod ${pod.metadata?.namespace}/${pod.metadata?.name}, which serves the volume, is being started`;
  // What keeps a volume from being mounted is in its events alone.
  return forMs > PATIENCE_MS
    ? { text: `${text} since more than ${PATIENCE_MS / 1000} s; its volume may not be there (see its events)`, final: true }
    : { text, final: false };
}

/** What our own check of the volume said. */
function checkFailed({ status }: V1Pod): string | undefined {
  const check = status?.initContainerStatuses?.find(({ name }) => name === CHECK_CONTAINER);
  const ended = check?.state?.terminated ?? (check?.state?.running === undefined ? check?.lastState?.terminated : undefined);
  return ended === undefined || ended.exitCode !== 1 ? undefined : ended.message?.trim() || undefined;
}
