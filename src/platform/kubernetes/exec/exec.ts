import type { V1Pod } from '@kubernetes/client-node';
import type { PlatformPort, TargetKey } from '../../../controllers/platform-port.ts';
import { targetText } from '../../../controllers/platform-port.ts';
import { asStashError, StashError } from '../../../errors/error.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import { workloadOfPod } from '../gates/gate-pod.ts';
import { workloadText } from '../sidecar/workload.ts';
import { readWorkload } from '../sidecar/workload-requests.ts';
import { isWorkload } from '../targets/wanted-sidecars.ts';
import { hostsOf, podsOfWorkload, type WorkloadTarget } from '../targets/workload.ts';
import { containerText } from './container-place.ts';
import { hookContainer } from './hook-container.ts';
import { notYet } from './not-yet.ts';
import { runInContainer } from './run-in-container.ts';

const LOOK_MS = 1_000;

/**
 * Runs the command in each pod that is a host of the target, in their order, once all of them can take it; the first that ends otherwise
 * than with 0 ends it. When the signal stops it nobody waits any longer, but a command that was begun goes on: the API cannot end it.
 */
export function clusterExec(connection: Connection, clock: Clock): PlatformPort['exec'] {
  return async (target, command, { container, signal, namespace }) => {
    const workload = workloadFor(target, namespace);
    const pods = await readyPods({ connection, clock }, workload, { container, signal });
    let output = '';
    for (const pod of pods) {
      const place = { namespace: workload.namespace, pod: pod.metadata?.name ?? '', container: hookContainer(pod, container) };
      const ended = await runInContainer(connection, place, command, signal);
      if (ended.exitCode !== 0) return { ...ended, where: containerText(place) };
      output = ended.output;
    }
    return { exitCode: 0, output };
  };
}

function workloadFor(target: TargetKey | undefined, namespace: string): WorkloadTarget {
  const useHttp = 'Use httpGet, httpPost or tcpSocket';
  if (target === undefined)
    throw new StashError(
      'Invalid',
      'a hook of a whole batch cannot be exec here: it has no target, so there is no container to run it in',
      {
        remedy: `${useHttp}, or give the hook to a member of the batch.`,
      },
    );
  const { kind } = target;
  if (!isWorkload(kind))
    throw new StashError('Invalid', `a hook of ${targetText(target)} cannot be exec: a ${kind} has no container to run it in`, {
      remedy: `${useHttp}; or make the workload that uses it the target.`,
    });
  if (target.namespace !== namespace)
    throw new StashError('HookRefused', `hooks of the namespace ${namespace} run no commands in pods of ${targetText(target)}`, {
      remedy: 'Commands run in pods of the same namespace only: put the object that has the hook there.',
    });
  return { ...target, kind };
}

interface Wait {
  container: string | undefined;
  signal: AbortSignal;
}

/** Of each host its pod, once all are able to take a command. Throws HookFailed with what was still missing when the signal ended the wait. */
async function readyPods(
  { connection, clock }: { connection: Connection; clock: Clock },
  target: WorkloadTarget,
  { container, signal }: Wait,
): Promise<V1Pod[]> {
  for (let missing = ''; ; await clock.sleep(LOOK_MS, signal)) {
    if (signal.aborted) throw new StashError('HookFailed', missing || 'the hook was stopped before its pods were looked at');
    try {
      const pods = await podsOfHosts(connection, target);
      const why = pods.flatMap(({ name, pod }) => notYet(target.namespace, name, pod, container, clock.now()) ?? [])[0];
      const found = pods.flatMap(({ pod }) => pod ?? []);
      if (why === undefined && found.length > 0) return found;
      missing = why ?? `${targetText(target)} has no pod that is ready`;
    } catch (thrown) {
      const error = asStashError(thrown);
      // An API server that is away for a moment fails no hook.
      if (!error.transient) throw error;
      missing = error.message;
    }
  }
}

/** `pod` is undefined where it is not there now. */
async function podsOfHosts(connection: Connection, target: WorkloadTarget): Promise<{ name: string; pod: V1Pod | undefined }[]> {
  const workload = await unlessGone(readWorkload({ connection }, target));
  if (workload === undefined) throw new StashError('NotFound', `there is no ${targetText(target)} to run the hook in`);
  if (workload.spec.replicas === 0 && target.kind !== 'DaemonSet')
    throw new StashError('HookFailed', `${workloadText(workload)} is scaled to 0: it has no pod to run the hook in`, {
      remedy: 'Scale it up, or use a hook of another kind.',
    });
  const hosts = await hostsOf(connection, workload, target, undefined);
  const pods = (await podsOfWorkload(connection, target)) ?? [];
  // A selector may find pods of others, and a pod of another owner may have the name of an ordinal.
  const own = pods.filter((pod) => {
    const owner = workloadOfPod(pod);
    return owner?.kind === target.kind && owner.name === target.name;
  });
  return hosts.map(({ pod: name }) => ({ name, pod: own.find(({ metadata }) => metadata?.name === name) })).sort(inOrder);
}

/** db-2 before db-10. */
function inOrder(one: { name: string }, other: { name: string }): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true });
}
