import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { KindMap } from '../../api/kinds.ts';
import { keyOf, type OwnerReference } from '../../api/object.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { isCode } from '../../errors/error.ts';
import type { Store } from '../store.ts';

export interface StoreUnderTest {
  store: Store;
  /** Another store on the same data, as a second process opens it. The suite closes it. */
  reopen: () => Promise<Store>;
  /** Makes a namespace, where a store asks for that before it takes objects of it. */
  makeNamespace?: (name: string) => Promise<void>;
  /** Called last; takes the data away. */
  close: () => Promise<void>;
}

/** The store of a suite's run, and the objects its tests are made of. All of them are valid under the kinds' CRDs. */
export class Fixture {
  #used: StoreUnderTest | undefined;

  use(used: StoreUnderTest): void {
    this.#used = used;
  }

  get store(): Store {
    return this.#get().store;
  }

  reopen(): Promise<Store> {
    return this.#get().reopen();
  }

  /** A namespace nobody else uses. */
  async namespace(): Promise<string> {
    const name = freshNamespace();
    await this.#get().makeNamespace?.(name);
    return name;
  }

  async close(): Promise<void> {
    await this.#used?.store.close();
    await this.#used?.close();
  }

  #get(): StoreUnderTest {
    assert.ok(this.#used, 'the suite has no store');
    return this.#used;
  }
}

export const FINALIZER = 'stash.appscode.com/conformance';

/** A namespace nobody else uses. */
export function freshNamespace(): string {
  return `t-${randomUUID().slice(0, 13)}`;
}

export function repository(
  namespace: string,
  name: string,
  metadata: Partial<KindMap['Repository']['metadata']> = {},
): KindMap['Repository'] {
  return {
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { name, namespace, ...metadata },
    spec: { backend: { local: { mountPath: '/backups' } } },
  };
}

export function configMap(namespace: string, name: string, owners: OwnerReference[] = []): KindMap['ConfigMap'] {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ownerReferences: owners }, data: { key: 'value' } };
}

export function stashFunction(name: string, image = 'example.org/image:1'): KindMap['Function'] {
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'Function',
    metadata: { name },
    spec: { image, source: 'Stage', fetch: 'Stage' },
  };
}

export function ownedBy(owner: KindMap['Repository'] | KindMap['Function'] | KindMap['ConfigMap']): OwnerReference {
  const { name, uid } = owner.metadata;
  assert.ok(uid, 'an owner is an object that was stored');
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid };
}

export async function rejectsWith(promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(isCode(error, ...codes), `expected ${codes.join(' or ')}, got ${String(error)}`);
    return true;
  });
}

/** A store may collect dependents some time after the owner is gone: a cluster that learned of the kind just now, half a minute. */
export async function goneSoon<K extends 'Repository' | 'ConfigMap'>(store: Store, kind: K, object: KindMap[K]): Promise<void> {
  await soon(async () => {
    const found = await store.get(kind, keyOf(object));
    assert.ok(found === undefined || found.metadata.uid !== object.metadata.uid, `${kind} ${object.metadata.name} is still there`);
  });
}

/** What another process wrote, a store may show a moment later: repeats the check until it holds. */
export async function soon(check: () => Promise<void>): Promise<void> {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (deadline.aborted) throw error;
    }
    await delay(50);
  }
}

export const PATIENCE_MS = 90_000;
