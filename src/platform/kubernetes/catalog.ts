import { keyOf, keyText } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import type { Logger } from '../../runtime/log.ts';
import { apply } from '../../store/kubernetes/apply.ts';
import { readCatalog } from '../catalog.ts';
import type { Cluster } from './sidecar/workload-requests.ts';

/** Not the one of sidecars: who looks at the managed fields sees what the operator keeps by itself. */
const FIELD_MANAGER = 'stash-operator';

/**
 * Puts the Functions and Tasks that ship into the cluster, by server-side apply. One of which somebody else has set a field to another
 * value stays as that person left it, whole, and is named in the log: half of one version and half of another would be nobody's.
 */
export async function applyCatalog(cluster: Cluster, log: Logger): Promise<void> {
  for (const object of await readCatalog()) {
    try {
      const { result } = await apply(cluster, object, { fieldManager: FIELD_MANAGER, force: false });
      if (result !== 'unchanged') log.info(`${object.kind} ${object.metadata.name} of the catalog is ${result}`);
    } catch (error) {
      if (!isCode(error, 'Conflict')) throw error;
      log.warn(`${object.kind} ${keyText(keyOf(object))} of the catalog has been changed by somebody and stays so`, { error });
    }
  }
}
