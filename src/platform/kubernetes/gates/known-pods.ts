import type { V1Pod } from '@kubernetes/client-node';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';

const MOST_KEPT = 1_000;

/** Pods whose gates asked, by uid: owner and node of a pod that runs never change, and a gate that waits asks again and again. */
export function knownPods(connection: Pick<Connection, 'send'>) {
  const kept = new Map<string, V1Pod>();
  return {
    /** Undefined when there is no such pod (any more). */
    read: async (namespace: string, name: string, uid: string | undefined): Promise<V1Pod | undefined> => {
      const known = uid === undefined ? undefined : kept.get(uid);
      if (known?.metadata?.name === name && known.metadata.namespace === namespace) return known;
      const pod = await read(connection, namespace, name);
      if (pod === undefined || (uid !== undefined && pod.metadata?.uid !== uid)) return undefined;
      if (uid !== undefined) kept.set(uid, pod);
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(oldest);
      }
      return pod;
    },
  };
}

async function read(connection: Pick<Connection, 'send'>, namespace: string, name: string): Promise<V1Pod | undefined> {
  const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(name)}`;
  return (await unlessGone(connection.send<V1Pod>({ what: `read Pod ${namespace}/${name}`, method: 'GET', path })))?.body;
}
