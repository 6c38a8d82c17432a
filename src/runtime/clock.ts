/**
 * The only way to the time. `now` is the wall clock, which people and other machines set ahead and back; `monotonic` and `sleep` go by
 * a clock that nobody sets, so deadlines of running work use them.
 */
export interface Clock {
  now(): Date;
  /** Milliseconds since some moment; only differences mean something. */
  monotonic(): number;
  /** Resolves after that many milliseconds, or at once when the signal aborts: look at the signal afterwards. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now(), sleep };

/**
 * Until `ms` have passed on either clock: the wall clock set ahead ends the wait within 30 s, and set back it does not prolong it.
 * For "look again later", where looking too early costs nothing and looking too late does.
 */
export async function sleepAtMost(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  const due = clock.monotonic() + ms;
  const wallDue = clock.now().getTime() + ms;
  for (;;) {
    const left = Math.min(due - clock.monotonic(), wallDue - clock.now().getTime());
    if (left <= 0 || signal?.aborted) return;
    await clock.sleep(Math.min(left, RECHECK_MS), signal);
  }
}

/** How soon a wall clock that was set ahead is noticed. */
export const RECHECK_MS = 30_000;
/** setTimeout fires at once for anything longer than 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const due = performance.now() + ms;
  for (;;) {
    const left = due - performance.now();
    if (left <= 0 || signal?.aborted) return;
    await timer(Math.min(Math.ceil(left), LONGEST_TIMER_MS), signal);
  }
}

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timeout = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
