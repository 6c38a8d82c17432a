import assert from 'node:assert/strict';
import type { BackupSession } from '../../../api/backup-session.ts';
import type { KindMap, KindName } from '../../../api/kinds.ts';
import { type AnyObject, keyOf } from '../../../api/object.ts';
import type { RestoreSession } from '../../../api/restore-session.ts';
import { problemText, validate } from '../../../api/validate.ts';
import { isCode } from '../../../errors/error.ts';
import type { Store } from '../../../store/store.ts';
import { eventually, PATIENCE_MS } from './eventually.ts';

/** What tests ask of the objects in the store, all in namespace `default`. */
export interface Objects {
  /** Waits until the object is as `holds` wants it; undefined stands for one that is not there. */
  until<K extends KindName>(kind: K, name: string, what: string, holds: (object: KindMap[K] | undefined) => boolean): Promise<KindMap[K]>;
  /** Waits until the object is gone. */
  gone(kind: KindName, name: string): Promise<void>;
  /** Waits for the end of a BackupSession. */
  backedUp(name: string): Promise<BackupSession>;
  restored(name: string): Promise<RestoreSession>;
  /** `Reason: message` of the events about the object that match, oldest first; waits for the first, which comes after the status. */
  told(kind: KindName, name: string, what: RegExp): Promise<string[]>;
}

export function objectsOf(store: Store, log: () => string): Objects {
  const seen = async <K extends KindName>(
    kind: K,
    name: string,
    what: string,
    holds: (object: KindMap[K] | undefined) => boolean,
  ): Promise<KindMap[K] | undefined> => {
    const key = { namespace: 'default', name };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    let last: KindMap[K] | undefined;
    try {
      for await (const event of store.watch([kind], { signal })) {
        if (event.type !== 'Synced' && event.object.metadata.name !== name) continue;
        last = await store.get(kind, key);
        if (holds(last)) return last;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    const about = (await eventsAbout(store, kind, name)).join('\n  ');
    const tail = log().split('\n').slice(-15).join('\n  ');
    throw new Error(
      `${kind} ${name} did not become ${what}:\n${JSON.stringify(last?.status ?? last, undefined, 1)}\nevents:\n  ${about}\nlog:\n  ${tail}`,
    );
  };
  const until: Objects['until'] = async (kind, name, what, holds) => {
    const found = await seen(kind, name, what, (object) => object !== undefined && holds(object));
    assert.ok(found !== undefined);
    return found;
  };
  return {
    until,
    gone: async (kind, name) => {
      await seen(kind, name, 'gone', (object) => object === undefined);
    },
    backedUp: (name) => until('BackupSession', name, 'ended', (one) => /^(Succeeded|Failed|Skipped)$/.test(one?.status?.phase ?? '')),
    restored: (name) => until('RestoreSession', name, 'ended', (one) => /^(Succeeded|Failed|Invalid)$/.test(one?.status?.phase ?? '')),
    told: async (kind, name, what) => {
      let events: string[] = [];
      await eventually(
        `an event about ${kind} ${name} is like ${what}`,
        async () => {
          events = await eventsAbout(store, kind, name);
          return events.some((event) => what.test(event));
        },
        () => events.join('\n'),
      );
      return events.filter((event) => what.test(event));
    },
  };
}

/** What `stash apply` does to one manifest, again when a controller wrote in between. */
export async function applyTo(store: Store, manifest: AnyObject): Promise<void> {
  const checked = validate(manifest);
  if (!checked.ok) throw new Error(checked.problems.map(problemText).join('; '));
  const { object } = checked;
  const kind = object.kind as KindName;
  for (let attempt = 1; ; attempt++) {
    const stored = await store.get(kind, keyOf(object));
    try {
      await (stored === undefined ? store.create(kind, object as never) : store.replace(kind, over(stored, object) as never));
      return;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isCode(error, 'Conflict', 'AlreadyExists')) throw error;
    }
  }
}

const MAX_ATTEMPTS = 10;

/** The object with what others keep in the stored one's metadata. */
function over({ metadata }: AnyObject, object: AnyObject): AnyObject {
  const { finalizers, ownerReferences, resourceVersion, uid } = metadata;
  const kept = JSON.parse(JSON.stringify({ finalizers, ownerReferences, resourceVersion, uid }));
  return { ...object, metadata: { ...object.metadata, ...kept } };
}

async function eventsAbout(store: Store, kind: KindName, name: string): Promise<string[]> {
  const events = await store.list('Event');
  return events
    .filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name)
    .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''))
    .map(({ reason, message }) => `${reason}: ${message}`);
}
