import { createHash } from 'node:crypto';
import type { KindMap } from '../api/kinds.ts';
import { type AnyObject, keyOf, keyText } from '../api/object.ts';
import { asStashError, isCode } from '../errors/error.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { Locks } from './locks.ts';
import type { Logger } from './log.ts';

interface EventRecorderOptions {
  store: Store;
  clock: Pick<Clock, 'now'>;
  log: Logger;
  /** Shown as `source.component`, for instance `stash-operator`. */
  component: string;
  /** Milliseconds after which an event is removed; 0 leaves that to the store (a Kubernetes API server does it itself). */
  keepMs?: number;
}

/** Writes Events about objects. The same object, reason and message again raises `count` and `lastTimestamp` of the first. */
export class EventRecorder {
  readonly #options: Required<EventRecorderOptions>;
  readonly #locks = new Locks();
  #pruned: number;

  constructor(options: EventRecorderOptions) {
    this.#options = { keepMs: 3_600_000, ...options };
    this.#pruned = options.clock.now().getTime();
  }

  /** Resolves when the event is written, or when that failed and was logged: an event is never a reason for work to fail. */
  record(object: AnyObject, type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> {
    const { clock, component, log } = this.#options;
    const event = newEvent(object, { type, reason, message, component, time: wholeSeconds(clock.now()) });
    // So that the same event twice is a count of two and not a conflict.
    return this.#locks.run([keyText(keyOf(event))], async () => {
      try {
        await this.#write(event);
        await this.#prune();
      } catch (error) {
        const what = { kind: object.kind, key: keyText(keyOf(object)), reason, message };
        log.warn('an event could not be recorded', { ...what, error: asStashError(error) });
      }
    });
  }

  /** Most events are new, so it is not asked first. */
  async #write(event: KindMap['Event']): Promise<void> {
    const { store } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return void (await store.create('Event', event));
      } catch (error) {
        if (!isCode(error, 'AlreadyExists') || attempt === MOST_ATTEMPTS) throw error;
      }
      const before = await store.get('Event', keyOf(event));
      if (before === undefined) continue;
      try {
        const more = { count: (before.count ?? 1) + 1, lastTimestamp: event.lastTimestamp ?? '' };
        return void (await store.replace('Event', { ...before, ...more }));
      } catch (error) {
        // Another process recorded the same.
        if (!isCode(error, 'Conflict', 'NotFound')) throw error;
      }
    }
  }

  async #prune(): Promise<void> {
    const { store, clock, keepMs } = this.#options;
    const now = clock.now().getTime();
    if (keepMs === 0 || Math.abs(now - this.#pruned) < keepMs / 10) return;
    this.#pruned = now;
    for (const event of await store.list('Event')) {
      const last = Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp ?? '');
      if (now - last > keepMs) await removeIfThere(store, event);
    }
  }
}

const MOST_ATTEMPTS = 3;

function newEvent(
  about: AnyObject,
  facts: { type: 'Normal' | 'Warning'; reason: string; message: string; component: string; time: string },
): KindMap['Event'] {
  const { type, reason, message, component, time } = facts;
  const { name, namespace = '', uid } = about.metadata;
  const hash = createHash('sha256')
    .update(JSON.stringify([about.kind, uid, type, reason, message]))
    .digest('hex')
    .slice(0, 16);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    // Events of cluster-scoped objects are in `default`, as in Kubernetes.
    metadata: { name: `${name.slice(0, 200)}.${hash}`, namespace: namespace === '' ? 'default' : namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      ...(namespace === '' ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
    type,
    reason,
    message,
    source: { component },
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  };
}

async function removeIfThere(store: Store, event: KindMap['Event']): Promise<void> {
  try {
    await store.delete('Event', keyOf(event));
  } catch (error) {
    if (!isCode(error, 'NotFound')) throw error;
  }
}

function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
