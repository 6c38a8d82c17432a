import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../clock.ts';
import { silentLogger } from '../log.ts';
import { type TestClock, testClock } from '../test-clock.ts';
import { runElected, type Term } from './elect.ts';
import { LeaseModel } from './testing/lease-model.ts';

test('law: there are never two leaders, and epochs grow, with clocks that are set and run differently and a bad network', async () => {
  const candidate = fc.record({
    offsetMs: fc.integer({ min: -3_600_000, max: 3_600_000 }),
    rate: fc.double({ min: 0.9, max: 1.1, noNaN: true }),
    /** After so long it is stopped gracefully, and then started again. */
    lifeMs: fc.integer({ min: 5_000, max: 90_000 }),
    /** Somebody sets its wall clock. */
    jumpMs: fc.integer({ min: -60_000, max: 60_000 }),
  });
  let terms = 0;
  const law = fc.asyncProperty(fc.array(candidate, { minLength: 2, maxLength: 4 }), fc.integer(), async (candidates, seed) => {
    const clock = testClock();
    const random = pseudoRandom(seed);
    const model = new LeaseModel(clock, random);
    const stop = new AbortController();
    let leaders = 0;
    let epoch = 0;
    const wrong: string[] = [];
    const lead = async (term: Term) => {
      terms += 1;
      leaders += 1;
      if (leaders !== 1) wrong.push(`${leaders} lead at ${clock.monotonic()}`);
      if (term.epoch <= epoch) wrong.push(`epoch ${term.epoch} after ${epoch}`);
      epoch = term.epoch;
      await new Promise<void>((resolve) => {
        const end = () => {
          leaders -= 1;
          resolve();
        };
        if (term.signal.aborted) end();
        else term.signal.addEventListener('abort', end, { once: true });
      });
    };
    const running = candidates.map(async ({ lifeMs, ...skew }, n) => {
      for (let life = 0; !stop.signal.aborted; life++) {
        const end = new AbortController();
        const ends = AbortSignal.any([end.signal, stop.signal]);
        void clock.sleep(lifeMs, stop.signal).then(() => end.abort());
        const options = { client: model.client(), identity: `c${n}-${life}`, clock: skewed(clock, skew), random, log: silentLogger() };
        await runElected(options, lead, ends);
      }
    });
    await clock.advance(300_000);
    stop.abort();
    while (leaders > 0 || clock.sleepers() > 0) await clock.advance(30_000);
    await Promise.all(running);
    assert.deepEqual(wrong, []);
  });
  await fc.assert(law, { numRuns: 100, endOnFailure: true });
  assert.ok(terms > 100, `only ${terms} terms`);
});

function skewed(real: TestClock, { offsetMs, rate, jumpMs }: { offsetMs: number; rate: number; jumpMs: number }): Clock {
  const monotonic = () => real.monotonic() * rate;
  return {
    monotonic,
    now: () => new Date(Date.UTC(2026, 10, 22) + offsetMs + monotonic() + (monotonic() > 100_000 ? jumpMs : 0)),
    // Whole milliseconds, as timers are: what rounding leaves over must not be slept again and again.
    sleep: (ms, signal) => real.sleep(ms <= 0 ? 0 : Math.ceil(ms / rate), signal),
  };
}

/** Mulberry32: the same numbers for the same seed. */
function pseudoRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
