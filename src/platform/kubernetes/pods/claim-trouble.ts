import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { isCode } from '../../../errors/error.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { readClaim } from '../targets/claim.ts';

/**
 * Why claims of a pod have no volume, as their newest warnings say; empty when all have one. A pod only says that it has unbound claims,
 * and not that the storage class is missing or its provisioner out of room.
 */
export async function claimTrouble(connection: Connection, { metadata, spec }: V1Pod): Promise<string[]> {
  const namespace = metadata?.namespace ?? '';
  const names = (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  const said = await Promise.all(
    names.map(async (name) => {
      const claim = await readClaim(connection, namespace, name);
      if (claim === undefined) return [`PersistentVolumeClaim ${name} is gone`];
      if (claim.status?.phase === 'Bound') return [];
      const warning = await newestWarning(connection, namespace, name);
      return warning === undefined ? [] : [`PersistentVolumeClaim ${name}: ${warning}`];
    }),
  );
  return said.flat();
}

async function newestWarning(connection: Connection, namespace: string, name: string): Promise<string | undefined> {
  const what = `list events of PersistentVolumeClaim ${namespace}/${name}`;
  const path = `/api/v1/namespaces/${namespace}/events`;
  const query = { fieldSelector: `involvedObject.kind=PersistentVolumeClaim,involvedObject.name=${name},type=Warning` };
  const found = await connection.send<{ items: CoreV1Event[] }>({ what, method: 'GET', path, query }).catch((error: unknown) => {
    // It is only about words: without the right what the pod says has to do.
    if (!isCode(error, 'Forbidden')) throw error;
    return undefined;
  });
  return found?.body.items.sort((a, b) => timeOf(a) - timeOf(b)).at(-1)?.message;
}

function timeOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): number {
  return Date.parse(String(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? ''));
}
