import { KINDS, type KindName } from '../../api/kinds.ts';
import type { Store } from '../../store/store.ts';
import { aliasesOf, readInvoker } from '../invoker.ts';
import { findKind, kindNames } from '../resolve.ts';
import type { Lookup } from './candidates.ts';

/** Answers from the store. Completion is never a reason for an error text in the middle of a command line: what fails is empty. */
export function storeLookup(withStore: <T>(use: (store: Store) => Promise<T>) => Promise<T>): Lookup {
  const quietly = <T>(use: (store: Store) => Promise<T[]>): Promise<T[]> => withStore(use).catch(() => []);
  return {
    kinds: () => [...kindNames(), 'all'],
    namespaces: () => quietly(namespaces),
    names: (text, namespace) =>
      quietly(async (store) => {
        const kind = findKind(text);
        return kind === undefined ? [] : names(store, kind, namespace ?? 'default');
      }),
    aliases: (config, namespace) => quietly(async (store) => aliasesOf(await readInvoker(store, config, namespace ?? 'default'))),
  };
}

async function names(store: Store, kind: KindName, namespace: string): Promise<string[]> {
  const objects = await store.list(kind, KINDS[kind].namespaced ? { namespace } : {});
  return objects.map((object) => object.metadata.name);
}

async function namespaces(store: Store): Promise<string[]> {
  const lists = await Promise.all(
    (['Repository', 'BackupConfiguration', 'BackupBatch', 'Secret'] as const).map((kind) => store.list(kind)),
  );
  return [...new Set(lists.flat().flatMap(({ metadata }) => metadata.namespace ?? []))].sort();
}
