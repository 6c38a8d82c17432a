import type { V1Pod } from '@kubernetes/client-node';
import { keyOf } from '../../../api/object.ts';
import type { RestoreSession } from '../../../api/restore-session.ts';
import { isCode, StashError } from '../../../errors/error.ts';
import type { AgentDesk } from '../../../orders/desk.ts';
import { orderError } from '../../../orders/order-error.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import type { Store } from '../../../store/store.ts';
import { formatAgentKey } from '../agent-key.ts';
import type { WorkloadKey } from '../sidecar/workload-requests.ts';
import { podsInTheWay } from './verdict.ts';

interface ClearOptions {
  connection: Pick<Connection, 'send'>;
  store: Pick<Store, 'get'>;
  desk: Pick<AgentDesk, 'refuse'>;
  log: Logger;
}

/** So often the pods of a host are deleted for one restore; those that come back without asking each time never will. */
const MOST_ROUNDS = 3;

/** Deletes the pods that have the data which is to be restored, all at once; what replaces them meets the gate. */
export function clearTheWay({ connection, store, desk, log }: ClearOptions) {
  const rounds = new Map<string, number>();
  const remove = async (pod: V1Pod) => {
    const { namespace = '', name = '', uid } = pod.metadata ?? {};
    const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(name)}`;
    try {
      await connection.send({ what: `delete Pod ${namespace}/${name}`, method: 'DELETE', path, body: { preconditions: { uid } } });
    } catch (error) {
      if (!isCode(error, 'NotFound', 'Conflict')) throw error;
    }
  };
  return {
    /** `pods` are those of the workload as they are now. */
    of: async (workload: WorkloadKey, session: RestoreSession, pods: readonly V1Pod[]): Promise<void> => {
      if (podsInTheWay(workload, session, pods).length === 0) return;
      // Read after the pods: a gate opens when its success is in the status, so a pod past its gate is not mistaken for one that never asked.
      const latest = await store.get('RestoreSession', keyOf(session));
      if (latest === undefined || latest.metadata.uid !== session.metadata.uid || latest.status?.phase !== 'Running') return;
      const byHost = Map.groupBy(podsInTheWay(workload, latest, pods), ({ host }) => host);
      const due: V1Pod[] = [];
      for (const [host, found] of byHost) {
        const key = `${session.metadata.uid}/${host}`;
        const round = (rounds.get(key) ?? 0) + 1;
        rounds.set(key, round);
        if (round > MOST_ROUNDS) desk.refuse(formatAgentKey({ type: 'restore', ...workload, host }), unasked(found[0]?.pod));
        else due.push(...found.map(({ pod }) => pod));
      }
      const names = due.map(({ metadata }) => metadata?.name);
      if (due.length > 0) log.info('pods are deleted so that their data can be restored', { session: session.metadata.name, pods: names });
      await Promise.all(due.map(remove));
    },
    /** No restore is under way. */
    forget: () => rounds.clear(),
  };
}

function unasked(pod: V1Pod | undefined) {
  const error = new StashError(
    'AgentLost',
    `pods of the host start without asking whether a restore is ordered, the last one ${pod?.metadata?.name}; it was not restored`,
    {
      remedy:
        'Check that new pods have the init container stash-gate (a StatefulSet with a partition makes old ones) and that they reach the operator (kubectl logs POD -c stash-gate); then restore again.',
    },
  );
  return orderError(error);
}
