import { KINDS, type KindName } from '../../api/kinds.ts';
import type { Store } from '../../store/store.ts';
import { aliasesOf, readInvoker } from '../invoker.ts';
import { findKind, kindNames } from '../resolve.ts';
import type { Lookup } from './candidates.ts';

/** Answers from the store; `otherwise` is the namespace where none is named. Completion is never a reason for an error text in the middle of a command line: what fails is empty. */
export function storeLookup(
  withStore: <T>(use: (store: Store) => Promise<T>) => Promise<T>,
  { otherwise, cluster }: { otherwise: string; cluster: boolean },
): Lookup {
  const quietly = <T>(use: (store: Store) => Promise<T[]>): Promise<T[]> => withStore(use).catch(() => []);
  return {
    kinds: () => [...kindNames(), 'all'],
    namespaces: () => quietly((store) => namespaces(store, cluster)),
    names: (text, namespace) =>
      quietly(async (store) => {
        const kind = findKind(text);
        return kind === undefined ? [] : names(store, kind, namespace ?? otherwise);
      }),
    aliases: (config, namespace) => quietly(async (store) => aliasesOf(await readInvoker(store, config, namespace ?? otherwise))),
  };
}

async function names(store: Store, kind: KindName, namespace: string): Promise<string[]> {
  const objects = await store.list(kind, KINDS[kind].namespaced ? { namespace } : {});
  return objects.map((object) => object.metadata.name);
}

/** On a cluster they are objects; on one machine those with something in them. */
async function namespaces(store: Store, cluster: boolean): Promise<string[]> {
  if (cluster) return (await store.list('Namespace')).map(({ metadata }) => metadata.name);
  const lists = await Promise.all(
    (['Repository', 'BackupConfiguration', 'BackupBatch', 'Secret'] as const).map((kind) => store.list(kind)),
  );
  return [...new Set(lists.flat().flatMap(({ metadata }) => metadata.namespace ?? []))].sort();
}
