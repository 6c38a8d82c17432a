import type { KindName } from '../api/kinds.ts';
import { keyOf, keyText, type ObjectKey } from '../api/object.ts';
import { asStashError, isCode } from '../errors/error.ts';
import type { Store, WatchEvent } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { type Controller, TerminalError } from './controller.ts';
import type { Logger } from './log.ts';
import { type BackOff, WorkQueue } from './queue.ts';

export interface RunOptions {
  /** Keys worked on at a time, for each controller. */
  concurrency: number;
  clock: Clock;
  log: Logger;
  /** Ends the run; see `RunningControllers.stopped`. */
  signal: AbortSignal;
  backOff?: BackOff;
  onReconcile?: (controller: string, key: ObjectKey, outcome: Outcome, seconds: number) => void;
}

type Outcome = 'done' | 'requeued' | 'conflict' | 'failed' | 'terminal';

interface RunningControllers {
  /** Wakes the key in every controller of that kind, for news that is not in the store (an agent's report). */
  enqueue(kind: KindName, key: ObjectKey): void;
  /** Keys of each controller by what they wait for. */
  queues(): ({ controller: string } & ReturnType<WorkQueue['size']>)[];
  /** Resolves when every object there was at the start has been queued. */
  synced: Promise<void>;
  /** Resolves after the signal, when the last reconcile has ended. Never rejects. */
  stopped: Promise<void>;
}

/** One watch of the store feeds all controllers; each has a queue of its own, and those of urgent ones go first. */
export function runControllers(store: Store, controllers: readonly Controller[], options: RunOptions): RunningControllers {
  const running = queuesFor(controllers, options);
  const synced = Promise.withResolvers<void>();
  const enqueue = (kind: KindName, key: ObjectKey) => {
    for (const { controller, queue } of running) if (controller.kind === kind) queue.add(queueKey(key));
  };
  const run = async () => {
    await feed(store, running, options, synced.resolve);
    await Promise.all(running.map(({ queue }) => queue.stop()));
    synced.resolve();
  };
  const queues = () => running.map(({ controller, queue }) => ({ controller: controller.name, ...queue.size() }));
  return { enqueue, queues, synced: synced.promise, stopped: run() };
}

interface Running {
  controller: Controller;
  queue: WorkQueue;
}

const DEFAULT_BACK_OFF: BackOff = { firstMs: 500, longestMs: 300_000 };
const REWATCH_MS = 1_000;

/** Names hold no slash, so this is unambiguous; the namespace is empty for cluster-scoped kinds. */
function queueKey(key: ObjectKey): string {
  return `${key.namespace}/${key.name}`;
}

function parseQueueKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

async function feed(store: Store, running: readonly Running[], options: RunOptions, onSynced: () => void): Promise<void> {
  const { clock, log, signal } = options;
  const kinds = [...new Set(running.flatMap(({ controller }) => [controller.kind, ...controller.watches.map((watch) => watch.kind)]))];
  while (!signal.aborted) {
    try {
      for await (const event of store.watch(kinds, { signal })) {
        if (event.type === 'Synced') onSynced();
        else await wake(event, running, log);
      }
      if (!signal.aborted) log.warn('the watch ended; watching again');
    } catch (error) {
      log.error('the watch failed; watching again', { error: asStashError(error) });
    }
    // A new watch begins with every object there is, so nothing that changed meanwhile is missed.
    await clock.sleep(REWATCH_MS, signal);
  }
}

async function wake(event: Exclude<WatchEvent, { type: 'Synced' }>, running: readonly Running[], log: Logger): Promise<void> {
  for (const { controller, queue } of running) {
    if (controller.kind === event.kind && controller.concerns?.(event.object, event.type) !== false)
      queue.add(queueKey(keyOf(event.object)));
    for (const watch of controller.watches) {
      if (watch.kind !== event.kind) continue;
      try {
        // The kinds are equal, which the type of the pair cannot express.
        const keys = await (watch.map as (object: unknown) => ObjectKey[] | Promise<ObjectKey[]>)(event.object);
        for (const key of keys) queue.add(queueKey(key));
      } catch (error) {
        const about = { controller: controller.name, kind: event.kind, key: keyText(keyOf(event.object)) };
        log.error('could not tell whom a change concerns', { ...about, error: asStashError(error) });
      }
    }
  }
}

function queuesFor(controllers: readonly Controller[], options: RunOptions): Running[] {
  const { clock, concurrency, backOff = DEFAULT_BACK_OFF } = options;
  const urgent: WorkQueue[] = [];
  const others: WorkQueue[] = [];
  const holdsBack = () => urgent.some((queue) => queue.hasWaiting);
  const onNoneWaiting = () => {
    for (const queue of others) queue.goOn();
  };
  return controllers.map((controller) => {
    const order = controller.urgent ? { onNoneWaiting } : { holdsBack };
    const queue: WorkQueue = new WorkQueue({
      clock,
      concurrency,
      backOff,
      ...order,
      work: (key, signal) => work(controller, queue, key, signal, options),
    });
    (controller.urgent ? urgent : others).push(queue);
    return { controller, queue };
  });
}

async function work(controller: Controller, queue: WorkQueue, text: string, signal: AbortSignal, options: RunOptions): Promise<void> {
  const { clock } = options;
  const key = parseQueueKey(text);
  const log = options.log.child({ controller: controller.name, key: keyText(key) });
  const began = clock.monotonic();
  const outcome = await reconcile(controller, queue, key, { signal, clock, log });
  options.onReconcile?.(controller.name, key, outcome, (clock.monotonic() - began) / 1000);
}

async function reconcile(
  controller: Controller,
  queue: WorkQueue,
  key: ObjectKey,
  ctx: { signal: AbortSignal; clock: Clock; log: Logger },
): Promise<Outcome> {
  const text = queueKey(key);
  try {
    const result = await controller.reconcile(key, ctx);
    queue.forget(text);
    if (result.type === 'done') return 'done';
    ctx.log.debug('looks again later', { afterMs: result.ms, why: result.why });
    queue.addAfter(text, result.ms);
    return 'requeued';
  } catch (error) {
    if (error instanceof TerminalError) {
      queue.forget(text);
      ctx.log.warn('waits for a change', { error });
      return 'terminal';
    }
    const afterMs = queue.retry(text);
    // Another writer was faster: the usual course of optimistic concurrency, not worth anybody's attention.
    if (isCode(error, 'Conflict')) {
      ctx.log.debug('somebody else wrote first', { afterMs });
      return 'conflict';
    }
    if (!ctx.signal.aborted) ctx.log.error('reconcile failed; tries again', { afterMs, error: asStashError(error) });
    return 'failed';
  }
}
