import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** Reasons for which a container waits that do not mend themselves. */
const STUCK = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
]);

/**
 * Why the agent in this pod does not speak, as far as the pod tells; undefined where nothing is wrong that one could see. `redact` takes
 * secrets out of what its containers said, before that is cut.
 */
export function podTrouble(pod: V1Pod, redact = (text: string) => text): string | undefined {
  const { status, metadata } = pod;
  const name = `pod ${metadata?.namespace}/${metadata?.name}`;
  const unscheduled = status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  if (unscheduled !== undefined) return `${name} cannot be scheduled: ${unscheduled.message ?? unscheduled.reason ?? 'no reason is given'}`;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const container of containers) {
    const said = stuck(container, redact);
    if (said !== undefined) return `container ${container.name} of ${name}: ${said}`;
  }
  if (status?.phase === 'Failed') return `${name} failed: ${status.message ?? status.reason ?? failures(containers, redact)}`;
  return undefined;
}

function stuck({ state, lastState }: V1ContainerStatus, redact: (text: string) => string): string | undefined {
  const waiting = state?.waiting;
  if (waiting?.reason === undefined || !STUCK.has(waiting.reason)) return undefined;
  const before = lastState?.terminated?.message?.trim();
  return [waiting.reason, waiting.message ?? '', before === undefined ? '' : `it said: ${redact(before).slice(-500)}`]
    .filter((one) => one !== '')
    .join('; ');
}

function failures(containers: readonly V1ContainerStatus[], redact: (text: string) => string): string {
  const ended = containers.flatMap(({ name, state }) =>
    state?.terminated === undefined || state.terminated.exitCode === 0
      ? []
      : [
          `${name} ended with exit code ${state.terminated.exitCode}${state.terminated.message ? `: ${redact(state.terminated.message).slice(-500)}` : ''}`,
        ],
  );
  return ended.length === 0 ? 'no reason is given' : ended.join('; ');
}
