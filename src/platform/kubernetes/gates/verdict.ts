import type { V1Pod } from '@kubernetes/client-node';
import type { RestoreSession } from '../../../api/restore-session.ts';
import { hostFate } from '../../../rules/restore-gate.ts';
import type { WorkloadKey } from '../sidecar/workload-requests.ts';
import { hostOfPod, isPastGate } from './gate-pod.ts';

/** What a gate is told. `Restore`: what is ordered for that host of the workload is this pod's to do. */
export type GateVerdict = { do: 'Open' } | { do: 'Wait'; why: string } | { do: 'Restore'; host: string };

/**
 * What a pod of a workload is to do before it starts. `sessions` are all restores into the workload, `pods` all its pods. The newest restore
 * that concerns the data of the pod's host decides. After one that failed half-way the pod waits: what is half restored must not be served.
 */
export function gateVerdict(
  workload: WorkloadKey,
  pod: V1Pod,
  { sessions, pods }: { sessions: readonly RestoreSession[]; pods: readonly V1Pod[] },
): GateVerdict {
  for (const session of newestFirst(sessions)) {
    const { name } = session.metadata;
    const alias = session.spec.target?.alias;
    const host = hostOfPod(workload.kind, pod, alias);
    if (host === undefined) continue;
    switch (hostFate(session, host)) {
      case 'Untouched':
        continue;
      case 'Restored':
        if (workload.kind !== 'Deployment' || session.status?.phase !== 'Running') return { do: 'Open' };
        return { do: 'Wait', why: `RestoreSession ${name} restored the data by another pod and is not over yet` };
      case 'Broken':
        return {
          do: 'Wait',
          why: `RestoreSession ${name} failed on ${host} after it had begun to write; restore again, or delete it to start with the data as it is`,
        };
      case 'Ordered': {
        if (pod.metadata?.deletionTimestamp !== undefined) return { do: 'Wait', why: 'the pod is being deleted' };
        const others = pods.filter((one) => one.metadata?.uid !== pod.metadata?.uid && isPastGate(one));
        const other = others.find((one) => hostOfPod(workload.kind, one, alias) === host);
        if (other === undefined) return { do: 'Restore', host };
        return { do: 'Wait', why: `RestoreSession ${name}: pod ${other.metadata?.name} still has the data` };
      }
    }
  }
  return { do: 'Open' };
}

/** The pods that keep an ordered restore from being done, or would start on its data: by host, without those that are going already. */
export function podsInTheWay({ kind }: WorkloadKey, session: RestoreSession, pods: readonly V1Pod[]): { host: string; pod: V1Pod }[] {
  return pods.flatMap((pod) => {
    const host = hostOfPod(kind, pod, session.spec.target?.alias);
    if (host === undefined || hostFate(session, host) !== 'Ordered') return [];
    return isPastGate(pod) && pod.metadata?.deletionTimestamp === undefined ? [{ host, pod }] : [];
  });
}

function newestFirst(sessions: readonly RestoreSession[]): RestoreSession[] {
  const age = ({ status, metadata }: RestoreSession) => `${status?.startTime ?? ''} ${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return [...sessions].sort((one, other) => (age(one) < age(other) ? 1 : -1));
}
