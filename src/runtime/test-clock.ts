import type { Clock } from './clock.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /**
   * Moves both clocks and wakes the sleepers that became due, in the order they are due. Everything a woken sleeper can do without
   * real I/O happens before the next one wakes.
   */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as somebody who sets it does; may be negative. */
  jump(ms: number): void;
  /** How many sleep now. */
  sleepers(): number;
}

export function testClock(start: string | Date = '2026-11-22T10:15:00Z'): TestClock {
  let monotonic = 0;
  let wall = new Date(start).getTime();
  const sleeping = new Set<Sleeper>();

  const move = (ms: number) => {
    monotonic += ms;
    wall += ms;
  };
  return {
    now: () => new Date(wall),
    monotonic: () => monotonic,
    sleep(ms, signal) {
      if (ms <= 0 || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper: Sleeper = { due: monotonic + ms, wake: () => wake() };
        const wake = () => {
          sleeping.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        sleeping.add(sleeper);
        signal?.addEventListener('abort', wake);
      });
    },
    async advance(ms) {
      const end = monotonic + ms;
      await settle();
      for (let next = first(sleeping); next !== undefined && next.due <= end; next = first(sleeping)) {
        move(Math.max(0, next.due - monotonic));
        next.wake();
        await settle();
      }
      move(end - monotonic);
    },
    jump(ms) {
      wall += ms;
    },
    sleepers: () => sleeping.size,
  };
}

interface Sleeper {
  due: number;
  wake(): void;
}

function first(sleeping: Set<Sleeper>): Sleeper | undefined {
  let found: Sleeper | undefined;
  for (const sleeper of sleeping) if (found === undefined || sleeper.due < found.due) found = sleeper;
  return found;
}

/** A turn of the event loop: every promise that can settle has settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
