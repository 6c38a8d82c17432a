import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dueTicks } from './due.ts';
import { parseSchedule, type Schedule } from './parse.ts';
import { decideTick, type SkippedTicks } from './tick.ts';

const START = Date.parse('2026-10-24T06:00:00Z');
const ZONE = 'Europe/Berlin';

interface Step {
  /** Time that really passes before the operator looks again: a moment, or a downtime. */
  minutes: number;
  /** Where the operator is killed: after deciding, after creating the session, or not at all. */
  killed: 'decided' | 'created' | 'no';
  /** How wrong the machine's clock is, in minutes. */
  clockOff: number;
}

const minutes = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }) }, fc.integer({ min: 0, max: 3000 }));
const killed = fc.constantFrom<Step['killed']>('no', 'no', 'decided', 'created');
const right = fc.record<Step>({ minutes, killed, clockOff: fc.constant(0) });
/** A kill between session and status is left out here: with a clock that jumps as well, what ran is known to the kept sessions alone. */
const wrong = fc.record<Step>({
  minutes,
  killed: fc.constantFrom('no', 'decided'),
  clockOff: fc.oneof(fc.constant(0), fc.integer({ min: -720, max: 720 })),
});
const text = fc.constantFrom('*/15', '*', '0 */2', '@daily', '30 2', '*/20 2 * * *', '7,52 * * * 6');
const missedRuns = fc.constantFrom('RunOnce' as const, 'Skip' as const);
const jitterMs = fc.constantFrom(0, 0, 300_000, 7_200_000);

test('whatever the downtimes and kills, no tick runs twice and with RunOnce the last one is never lost', () => {
  fc.assert(
    fc.property(text, missedRuns, jitterMs, fc.array(right, { maxLength: 40 }), (schedule, policy, jitter, steps) => {
      const world = new World(parseSchedule(schedule), policy, jitter);
      for (const step of steps) {
        world.take(step);
        if (step.killed === 'no' && policy === 'RunOnce') world.assertLastTickRan();
      }
    }),
    { numRuns: 200 },
  );
});

test('no tick runs twice on a clock that jumps by up to a day, and it runs on time again afterwards', () => {
  fc.assert(
    fc.property(text, missedRuns, fc.array(wrong, { maxLength: 40 }), (schedule, policy, steps) => {
      const world = new World(parseSchedule(schedule), policy, 0);
      for (const step of steps) world.take(step);
      world.take({ minutes: 60 * 26, killed: 'no', clockOff: 0 });
      if (policy === 'RunOnce') world.assertLastTickRan();
    }),
    { numRuns: 200 },
  );
});

/** One alias with its sessions and status. History limits remove all sessions but the newest. */
class World {
  readonly #schedule: Schedule;
  readonly #missedRuns: 'RunOnce' | 'Skip';
  readonly #jitterMs: number;
  readonly #ran = new Set<number>();
  #newest: number | undefined;
  #now = START;
  #status: { lastCheckTime: Date; skipped?: SkippedTicks } = { lastCheckTime: new Date(START) };

  constructor(schedule: Schedule, missedRuns: 'RunOnce' | 'Skip', jitterMs: number) {
    this.#schedule = schedule;
    this.#missedRuns = missedRuns;
    this.#jitterMs = jitterMs;
  }

  take({ minutes: passed, killed: kill, clockOff }: Step): void {
    this.#now += passed * 60_000;
    const now = new Date(this.#now + clockOff * 60_000);
    const decision = decideTick({
      schedule: this.#schedule,
      timeZone: ZONE,
      now,
      ...this.#status,
      lastCheckTime: new Date(Math.max(this.#status.lastCheckTime.getTime(), this.#newest ?? 0)),
      missedRuns: this.#missedRuns,
      jitterMs: this.#jitterMs,
      jitterSeed: 'seed',
    });
    assert.ok(decision.next && decision.next > now, 'the next decision is in the future');
    if (kill === 'decided') return;
    if (decision.run) this.#create(decision.run.scheduledTime.getTime());
    if (kill === 'created') return;
    const { lastCheckTime, skipped } = decision;
    this.#status = { lastCheckTime, ...(skipped && { skipped }) };
  }

  /** The name of a session is that of its tick, so creating the newest one again does nothing. */
  #create(tick: number): void {
    if (tick === this.#newest) return;
    assert.ok(!this.#ran.has(tick), `${new Date(tick).toISOString()} ran twice`);
    this.#ran.add(tick);
    this.#newest = tick;
  }

  assertLastTickRan(): void {
    const surely = new Date(this.#now - this.#jitterMs);
    const { latest } = dueTicks(this.#schedule, new Date(START), surely, ZONE, 1);
    if (latest)
      assert.ok(
        [...this.#ran].some((tick) => tick >= latest.getTime()),
        `${latest.toISOString()} was lost`,
      );
  }
}
