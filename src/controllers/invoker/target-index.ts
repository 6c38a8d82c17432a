import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { invokerOf } from '../../rules/invoker.ts';
import type { Watch } from '../../runtime/controller.ts';
import { whenChanged } from '../../runtime/when-changed.ts';
import type { Context } from '../context.ts';
import { targetKey, targetText } from '../platform-port.ts';

type InvokerKind = 'BackupConfiguration' | 'BackupBatch';

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'PersistentVolumeClaim'] as const;

/**
 * Workloads and claims wake the invokers whose targets they are: when they come and go, and when their spec changes, never for their
 * status. Who names whom is kept here, so that one change among ten thousand looks at nobody else.
 */
export function targetWatches(kind: InvokerKind, { store }: Pick<Context, 'store'>): Watch[] {
  const index = new TargetIndex();
  const learn = async (object: BackupConfiguration | BackupBatch): Promise<ObjectKey[]> => {
    index.set(keyOf(object), (await store.get(kind, keyOf(object))) === undefined ? [] : targetsOf(object));
    return [];
  };
  const wakes = (target: (typeof WORKLOADS)[number]) =>
    whenChanged<AnyObject>(
      ({ metadata }) => [metadata.generation, metadata.deletionTimestamp],
      async (key) => (await store.get(target, key)) !== undefined,
      ({ metadata: { namespace = '', name } }) => index.of(targetText({ kind: target, namespace, name })),
    );
  return [{ kind, map: learn } as Watch, ...WORKLOADS.map((target) => ({ kind: target satisfies KindName, map: wakes(target) }) as Watch)];
}

function targetsOf(object: BackupConfiguration | BackupBatch): string[] {
  const invoker = invokerOf(object);
  return invoker.members.flatMap(({ target }) => (target?.ref === undefined ? [] : targetText(targetKey(target.ref, invoker.namespace))));
}

class TargetIndex {
  readonly #byTarget = new Map<string, Map<string, ObjectKey>>();
  readonly #byInvoker = new Map<string, readonly string[]>();

  set(invoker: ObjectKey, targets: readonly string[]): void {
    const key = keyText(invoker);
    for (const target of this.#byInvoker.get(key) ?? []) {
      const invokers = this.#byTarget.get(target);
      invokers?.delete(key);
      if (invokers?.size === 0) this.#byTarget.delete(target);
    }
    this.#byInvoker.delete(key);
    if (targets.length === 0) return;
    this.#byInvoker.set(key, targets);
    for (const target of targets) this.#byTarget.set(target, (this.#byTarget.get(target) ?? new Map()).set(key, invoker));
  }

  of(target: string): ObjectKey[] {
    return [...(this.#byTarget.get(target)?.values() ?? [])];
  }
}
