import { KINDS, type KindName } from '../../api/kinds.ts';
import type { AnyObject } from '../../api/object.ts';
import { isExpired } from './api-error.ts';
import type { Connection } from './connection.ts';
import { incoming } from './incoming.ts';
import { acceptOf, collectionPath, resourceOf } from './resource.ts';

interface ListOptions {
  namespace?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  /** Objects a page. */
  pageSize: number;
  signal?: AbortSignal;
}

interface Page {
  objects: AnyObject[];
  /** The state that all pages of a list are of. */
  resourceVersion: string;
}

/** What there is at one moment, page by page, with the newest data the server has. The order is the server's. */
export async function* listPages(connection: Connection, kind: KindName, options: ListOptions): AsyncGenerator<Page> {
  let next: string | undefined;
  do {
    const { metadata, items } = await onePage(connection, kind, options, next);
    next = metadata.continue || undefined;
    yield { objects: (items ?? []).map((item) => incoming(KINDS[kind], item)), resourceVersion: metadata.resourceVersion };
  } while (next !== undefined);
}

/**
 * The whole list. A list that takes longer than the server keeps its state (5 minutes) is asked for once more in one piece.
 */
export async function listAll(connection: Connection, kind: KindName, options: ListOptions): Promise<AnyObject[]> {
  const collect = async (pageSize: number) => {
    const found: AnyObject[] = [];
    for await (const { objects } of listPages(connection, kind, { ...options, pageSize })) found.push(...objects);
    return found;
  };
  try {
    return await collect(options.pageSize);
  } catch (error) {
    if (isExpired(error)) return await collect(UNLIMITED);
    throw error;
  }
}

/** A limit of 0 asks for everything in one page. */
export const UNLIMITED = 0;

interface ListBody {
  metadata: { resourceVersion: string; continue?: string };
  /** Of kinds whose metadata alone is read, null when there are none. */
  items: AnyObject[] | null;
}

async function onePage(connection: Connection, kind: KindName, options: ListOptions, next: string | undefined): Promise<ListBody> {
  const { namespace, labels = {}, pageSize, signal } = options;
  const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const { body } = await connection.send<ListBody>({
    what: `list ${KINDS[kind].plural}${namespace ? ` of namespace ${namespace}` : ''}`,
    method: 'GET',
    path: collectionPath(resourceOf(kind), namespace),
    accept: acceptOf(kind, 'List'),
    query: { limit: pageSize, continue: next, labelSelector: selector.length === 0 ? undefined : selector.join(',') },
    ...(signal === undefined ? {} : { signal }),
  });
  return body;
}
