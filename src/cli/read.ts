import { KINDS, type KindMap, type KindName } from '../api/kinds.ts';
import type { AnyObject } from '../api/object.ts';
import { didYouMean } from '../api/validation/did-you-mean.ts';
import { StashError } from '../errors/error.ts';
import type { Store } from '../store/store.ts';
import { type GlobalOptions, namespaceOf } from './cli.ts';
import { kindText, type Wanted } from './resolve.ts';

export interface Found {
  kind: KindName;
  object: AnyObject;
}

/** Named ones in the order they were named (NotFound when one is missing), else every object of the kinds. */
export async function readWanted(store: Store, wanted: Wanted, options: GlobalOptions & { allNamespaces?: boolean }): Promise<Found[]> {
  if (wanted.named !== undefined) {
    if (options.allNamespaces) throw new StashError('Usage', 'names and --all-namespaces do not go together');
    return Promise.all(
      wanted.named.map(async ({ kind, name }) => ({ kind, object: await readObject(store, kind, name, namespaceOf(options)) })),
    );
  }
  const lists = await Promise.all(
    wanted.kinds.map(async (kind) => {
      const everywhere = options.allNamespaces === true || !KINDS[kind].namespaced;
      const objects = await store.list(kind, everywhere ? {} : { namespace: namespaceOf(options) });
      return inOrder(kind, objects).map((object) => ({ kind, object }));
    }),
  );
  return lists.flat();
}

/** The store's order, but events as they happened. */
function inOrder(kind: KindName, objects: AnyObject[]): AnyObject[] {
  if (kind !== 'Event') return objects;
  const time = (event: AnyObject) => (event as KindMap['Event']).lastTimestamp ?? '';
  return objects.toSorted((a, b) => time(a).localeCompare(time(b)));
}

/** NotFound when it is not there, with what was perhaps meant. */
export async function readObject<K extends KindName>(store: Store, kind: K, name: string, namespace: string): Promise<KindMap[K]> {
  const place = KINDS[kind].namespaced ? namespace : '';
  const object = await store.get(kind, { namespace: place, name });
  if (object !== undefined) return object;
  const where = place === '' ? '' : ` in namespace "${place}"`;
  throw new StashError('NotFound', `there is no ${kindText(kind)} "${name}"${where}${await meant(store, kind, name, place)}`);
}

async function meant(store: Store, kind: KindName, name: string, namespace: string): Promise<string> {
  // Who may read one object may not see the others.
  const all: AnyObject[] = await store.list(kind).catch(() => []);
  const elsewhere = all.find(({ metadata }) => metadata.name === name)?.metadata.namespace;
  if (elsewhere !== undefined) return `; there is one in namespace "${elsewhere}"`;
  const here = all.filter(({ metadata }) => (metadata.namespace ?? '') === namespace).map(({ metadata }) => metadata.name);
  const near = didYouMean(name, here);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}
