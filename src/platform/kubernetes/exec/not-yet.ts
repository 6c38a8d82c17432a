import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { podTrouble } from '../pods/pod-trouble.ts';
import { hookContainer } from './hook-container.ts';

/** A container that runs for so long and is not ready may be waiting for the hook: a replica that has to be connected first. */
const LONG_MS = 60_000;

/** Why no command can be run in a pod of that name now; undefined when it can. Throws Invalid without a container for it. */
export function notYet(
  namespace: string,
  name: string,
  pod: V1Pod | undefined,
  container: string | undefined,
  now: Date,
): string | undefined {
  const text = `pod ${namespace}/${name}`;
  if (pod === undefined) return `${text} is not there`;
  if (pod.metadata?.deletionTimestamp !== undefined) return `${text} is being deleted`;
  const wanted = hookContainer(pod, container);
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses].find((one) => one.name === wanted);
  if (status !== undefined && takesCommands(status, now)) return undefined;
  return podTrouble(pod) ?? `container ${wanted} of ${text} is not ready`;
}

function takesCommands({ ready, state }: V1ContainerStatus, now: Date): boolean {
  const running = state?.running;
  if (running === undefined) return false;
  // The API server has times as text.
  return ready || now.getTime() - Date.parse(String(running.startedAt ?? '')) >= LONG_MS;
}
