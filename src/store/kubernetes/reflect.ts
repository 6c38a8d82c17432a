import { KINDS, type KindName } from '../../api/kinds.ts';
import type { AnyObject } from '../../api/object.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import type { Clock } from '../../runtime/clock.ts';
import { apiError, isExpired } from './api-error.ts';
import type { Connection } from './connection.ts';
import { incoming } from './incoming.ts';
import { listPages, UNLIMITED } from './list-pages.ts';
import { acceptOf, collectionPath, resourceOf } from './resource.ts';

/** Where a kind's objects go to. */
export interface Feed {
  /** A whole list begins, of the state `version`. */
  listing(version: string): Listing;
  changed(type: 'Changed' | 'Deleted', object: AnyObject): void;
  /** Everything up to `version` was told. */
  reached(version: string): void;
}

export interface Listing {
  page(objects: readonly AnyObject[]): void;
  /** What was on no page is gone. */
  done(): void;
}

export interface ReflectOptions {
  connection: Connection;
  /** This namespace alone. */
  namespace?: string;
  clock: Pick<Clock, 'sleep'>;
  /** 0 <= x < 1 */
  random: () => number;
  /** Told of each failure; it is repaired by trying again. */
  onTrouble?: (kind: KindName, error: StashError) => void;
  timing?: Partial<WatchTiming>;
  /** Objects a page. */
  pageSize?: number;
}

export interface WatchTiming {
  /** A watch ends by itself after this many milliseconds to twice as many, so that many watches do not end together. */
  lifeMs: number;
  /** A live server sends a bookmark about every minute; one that is silent for this long is asked anew. */
  silenceMs: number;
  firstRetryMs: number;
  longestRetryMs: number;
}

/**
 * Tells `feed` of all objects of a kind and of every change, until the signal. A watch that ends, for whatever reason, goes on from the
 * version it has come to; when the server no longer has that version, everything is listed anew. Never rejects.
 */
export async function reflect(kind: KindName, feed: Feed, options: ReflectOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, onTrouble } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const position: Position = { version: undefined, failures: 0, expired: 0 };
  while (!signal.aborted) {
    try {
      if (position.version === undefined) await listInto(feed, kind, position, options, signal);
      await watchInto(feed, kind, position, { ...options, timing }, signal);
    } catch (error) {
      if (signal.aborted) return;
      position.failures += 1;
      if (isExpired(error)) {
        position.version = undefined;
        position.expired += 1;
      } else onTrouble?.(kind, asStashError(error));
    }
    if (position.failures > 0) {
      const ms = Math.min(timing.longestRetryMs, timing.firstRetryMs * 2 ** (position.failures - 1));
      await clock.sleep(ms * (0.5 + random() / 2), signal);
    }
  }
}

const DEFAULT_TIMING: WatchTiming = { lifeMs: 300_000, silenceMs: 150_000, firstRetryMs: 200, longestRetryMs: 10_000 };
const PAGE_SIZE = 500;

interface Position {
  version: string | undefined;
  /** In a row, without an event in between. */
  failures: number;
  expired: number;
}

async function listInto(feed: Feed, kind: KindName, position: Position, options: ReflectOptions, signal: AbortSignal): Promise<void> {
  const { connection, namespace, pageSize = PAGE_SIZE } = options;
  // Pages that are gone before the last one was read: the next list comes in one piece.
  const paged = { namespace, signal, pageSize: position.expired > 1 ? UNLIMITED : pageSize };
  let listing: Listing | undefined;
  let version = '';
  for await (const page of listPages(connection, kind, paged)) {
    version = page.resourceVersion;
    listing ??= feed.listing(version);
    listing.page(page.objects);
  }
  listing?.done();
  position.version = version;
  position.expired = 0;
}

interface WatchLine {
  type: string;
  object: AnyObject;
}

async function watchInto(
  feed: Feed,
  kind: KindName,
  position: Position,
  { connection, namespace, random, timing }: ReflectOptions & { timing: WatchTiming },
  signal: AbortSignal,
): Promise<void> {
  const what = `watch ${KINDS[kind].plural}${namespace ? ` of namespace ${namespace}` : ''}`;
  const query = {
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: position.version,
    timeoutSeconds: Math.ceil((timing.lifeMs * (1 + random())) / 1000),
  };
  const path = collectionPath(resourceOf(kind), namespace);
  const accept = acceptOf(kind);
  let lines = 0;
  for await (const line of connection.lines({ what, method: 'GET', path, query, accept, signal }, timing.silenceMs)) {
    const { type, object } = line as WatchLine;
    if (type === 'ERROR') throw apiError(what, 500, object);
    if (type === 'BOOKMARK') feed.reached(object.metadata.resourceVersion ?? '');
    else feed.changed(type === 'DELETED' ? 'Deleted' : 'Changed', incoming(KINDS[kind], object));
    position.version = object.metadata.resourceVersion ?? position.version;
    position.failures = 0;
    lines += 1;
  }
  // The server ends a watch at its time with a bookmark; one that ends with nothing at all must not be repeated at once.
  if (lines === 0 && !signal.aborted) throw new StashError('StoreUnavailable', `could not ${what}: the server ended it without a word`);
}
