import { OPERATOR } from './definitions/operator.ts';
import type { Samples } from './metric.ts';

/** Keys of a controller’s queue. */
interface QueueSize {
  controller: string;
  waiting: number;
  running: number;
  delayed: number;
  failing: number;
}

/** What the controllers of this process do: the only metrics that are counted and not read. */
export class WorkMetrics {
  readonly #outcomes = new Map<string, { controller: string; outcome: string; count: number }>();
  readonly #seconds = new Map<string, number>();
  /** Set while controllers run. */
  queues: (() => QueueSize[]) | undefined;

  reconciled(controller: string, outcome: string, seconds: number): void {
    const key = `${controller} ${outcome}`;
    const known = this.#outcomes.get(key);
    if (known === undefined) this.#outcomes.set(key, { controller, outcome, count: 1 });
    else known.count += 1;
    this.#seconds.set(controller, (this.#seconds.get(controller) ?? 0) + seconds);
  }

  observe(samples: Samples): void {
    for (const { controller, outcome, count } of this.#outcomes.values()) samples.add(OPERATOR.reconciles, { controller, outcome }, count);
    for (const [controller, seconds] of this.#seconds) samples.add(OPERATOR.reconcileSeconds, { controller }, seconds);
    for (const { controller, ...sizes } of this.queues?.() ?? [])
      for (const [state, size] of Object.entries(sizes)) samples.add(OPERATOR.queue, { controller, state }, size);
  }
}
