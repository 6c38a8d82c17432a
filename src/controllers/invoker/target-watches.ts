import { type AnyObject, keyOf } from '../../api/object.ts';
import type { Watch } from '../../runtime/controller.ts';
import { whenChanged } from '../../runtime/when-changed.ts';
import type { Context } from '../context.ts';
import { INVOKERS_BY_TARGET } from '../indexes.ts';
import { targetText } from '../platform-port.ts';

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'PersistentVolumeClaim'] as const;

/**
 * Workloads and claims wake the invokers whose targets they are: when they come and go, and when their spec changes, never for their
 * status.
 */
export function targetWatches(kind: 'BackupConfiguration' | 'BackupBatch', { store }: Pick<Context, 'store'>): Watch[] {
  return WORKLOADS.map((target) => ({
    kind: target,
    map: whenChanged<AnyObject>(
      ({ metadata }) => [metadata.generation, metadata.deletionTimestamp],
      async (key) => (await store.get(target, key)) !== undefined,
      async ({ metadata: { namespace = '', name } }) => {
        const having = { index: INVOKERS_BY_TARGET, key: targetText({ kind: target, namespace, name }) };
        return (await store.view(kind, { having })).map(keyOf);
      },
    ),
  }));
}
