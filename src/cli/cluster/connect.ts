import type { KindName } from '../../api/kinds.ts';
import { StashError } from '../../errors/error.ts';
import { ApiError } from '../../store/kubernetes/api-error.ts';
import { type Connection, openConnection } from '../../store/kubernetes/connection.ts';
import { Discovery } from '../../store/kubernetes/discovery.ts';
import { openKubernetesStore } from '../../store/kubernetes/kubernetes-store.ts';
import type { Store, WatchEvent } from '../../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';

/** Who changes objects, in managed fields and audit logs. */
export const FIELD_MANAGER = 'stash-cli';

export interface OpenCluster {
  connection: Connection;
  discovery: Discovery;
  /** Lists of all namespaces are asked for only with --all-namespaces: most accounts may see their own alone. */
  store: Store;
}

export type ClusterOptions = GlobalOptions & { allNamespaces?: boolean };

/** The cluster that the command works on; the connection is closed afterwards. */
export async function withCluster<T>(cli: Cli, options: ClusterOptions, use: (cluster: OpenCluster) => Promise<T>): Promise<T> {
  const { credentials } = options;
  if (credentials === undefined) throw new StashError('Internal', 'a command for clusters was started without one');
  const connection = openConnection({ credentials, clock: cli.clock, userAgent: FIELD_MANAGER });
  try {
    return await use({ connection, discovery: new Discovery(connection), store: openStore(cli, connection, options) });
  } finally {
    await connection.close();
  }
}

function openStore(cli: Cli, connection: Connection, options: ClusterOptions): Store {
  const within = options.allNamespaces ? {} : { namespace: namespaceOf(options) };
  const reading = { connection, clock: cli.clock, random: Math.random, ...within };
  const store = openKubernetesStore(reading);
  return {
    get: (kind, key) => store.get(kind, key),
    list: (kind, filter) => store.list(kind, filter),
    view: (kind, filter) => store.view(kind, filter),
    create: (kind, object) => store.create(kind, object),
    replace: (kind, object) => store.replace(kind, object),
    replaceStatus: (kind, object) => store.replaceStatus(kind, object),
    delete: (kind, key, precondition) => store.delete(kind, key, precondition),
    watch,
    close: () => store.close(),
  };

  /** The store tries for ever, as controllers want it. A person is told what cannot work, and what does not work from the beginning. */
  async function* watch<K extends KindName>(
    kinds: readonly K[],
    { signal, namespace }: { signal: AbortSignal; namespace?: string },
  ): AsyncGenerator<WatchEvent<K>> {
    const stop = new AbortController();
    let begun = false;
    let trouble: StashError | undefined;
    const onTrouble = (_: KindName, error: StashError) => {
      if (begun && !isFinal(error)) return;
      trouble = error;
      stop.abort();
    };
    const watched = openKubernetesStore({ ...reading, onTrouble });
    const both = AbortSignal.any([signal, stop.signal]);
    for await (const event of watched.watch(kinds, { signal: both, ...(namespace === undefined ? {} : { namespace }) })) {
      begun = true;
      yield event;
    }
    if (trouble !== undefined) throw trouble;
  }
}

function isFinal(error: StashError): boolean {
  return error instanceof ApiError && (error.status === 403 || error.status === 404);
}
