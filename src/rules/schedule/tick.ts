import { dueTicks } from './due.ts';
import { jitterOf } from './jitter.ts';
import { nextAfter } from './next.ts';
import type { Schedule } from './parse.ts';

export interface TickInput {
  schedule: Schedule;
  timeZone: string;
  now: Date;
  /**
   * Every tick up to here is decided. The later of the one in status (at first the time the configuration was created) and the scheduled
   * time of the alias's newest session, which is all that is left of a decision whose status write was lost.
   */
  lastCheckTime: Date;
  /** The schedule that `lastCheckTime` was recorded for (`Schedule.understood`). A new schedule starts now and owes nothing. */
  lastSchedule?: string;
  /** From status, as returned the last time. */
  skipped?: SkippedTicks;
  missedRuns: 'RunOnce' | 'Skip';
  /** The tick runs up to this much later, always by the same amount for one seed; its scheduled time stays the tick's. */
  jitterMs: number;
  jitterSeed: string;
  /** Ticks pass without a run and without counting as missed. */
  paused?: boolean;
}

/** Ticks in `after < tick < before` were passed over and did not run. */
export interface SkippedTicks {
  after: Date;
  before: Date;
}

export interface TickDecision {
  run?: { scheduledTime: Date; missedRun: boolean };
  /** Ticks that did not run at their time, one that is made up for included. Capped at {@link MOST_MISSED}. */
  missed: number;
  /** When to decide again: the next tick's time with its jitter. undefined at the end of the calendar. */
  next: Date | undefined;
  /** To be persisted, with `skipped`, after the run's session was created: a crash in between decides the same tick again, and the same name. */
  lastCheckTime: Date;
  skipped?: SkippedTicks;
}

/** A tick that is this late was missed, not merely slow. */
const GRACE_MS = 120_000;
export const MOST_MISSED = 1000;
/** How far back a clock may jump with nothing run twice. Past that, `lastCheckTime` is what a wrong clock wrote, and waiting for it would be silence. */
const LONGEST_HOLD_MS = 25 * 3_600_000;

/**
 * Decides what an alias's schedule asks for at `now`. Of several due ticks only the latest can run. The state changes only when a tick is
 * decided, so asking again without a new tick changes (and writes) nothing.
 *
 * A clock that jumps ahead looks like downtime. When it jumps back, ticks that ran are not run again: decisions wait until the clock is past
 * `lastCheckTime` - except for ticks that the jump ahead had passed over (`skipped`), which run when they come.
 */
export function decideTick(input: TickInput): TickDecision {
  const jitter = jitterOf(input.jitterSeed, input.jitterMs);
  // Stable jitter moves every tick by the same amount: as if the clock were slow by it.
  const clock = new Date(input.now.getTime() - jitter);
  const outcome = decideAt(clock, input);
  const tick = following(clock, outcome, input);
  return { ...outcome, next: tick && new Date(tick.getTime() + jitter) };
}

type Outcome = Omit<TickDecision, 'next'>;

function decideAt(clock: Date, input: TickInput): Outcome {
  const { now, lastCheckTime, lastSchedule, skipped, schedule } = input;
  if (lastSchedule !== undefined && lastSchedule !== schedule.understood) return { missed: 0, lastCheckTime: now };
  if (clock >= lastCheckTime) return decideDue(clock, input);
  if (skipped && skipped.after <= clock && clock < skipped.before) return decideSkipped(clock, skipped, input);
  if (lastCheckTime.getTime() - now.getTime() > LONGEST_HOLD_MS) return { missed: 0, lastCheckTime: now };
  return unchanged(input);
}

function decideDue(clock: Date, input: TickInput): Outcome {
  const { schedule, timeZone, lastCheckTime } = input;
  const { latest, count } = dueTicks(schedule, lastCheckTime, clock, timeZone, MOST_MISSED);
  if (!latest) return unchanged(input);
  if (input.paused) return { missed: 0, lastCheckTime: latest };
  const late = isLate(latest, clock);
  const run = runOf(latest, late, input);
  const skipped = skippedBy(latest, count, run !== undefined, input);
  return { ...(run && { run }), missed: late ? count : count - 1, lastCheckTime: latest, ...(skipped && { skipped }) };
}

/** The clock is back in a stretch that a jump ahead had passed over; its ticks were counted as missed then. */
function decideSkipped(clock: Date, skipped: SkippedTicks, input: TickInput): Outcome {
  const { latest } = dueTicks(input.schedule, skipped.after, clock, input.timeZone, MOST_MISSED);
  if (!latest) return unchanged(input);
  const run = input.paused ? undefined : runOf(latest, isLate(latest, clock), input);
  return { ...(run && { run }), missed: 0, lastCheckTime: input.lastCheckTime, skipped: { after: latest, before: skipped.before } };
}

function unchanged({ lastCheckTime, skipped }: TickInput): Outcome {
  return { missed: 0, lastCheckTime, ...(skipped && { skipped }) };
}

function isLate(tick: Date, clock: Date): boolean {
  return clock.getTime() - tick.getTime() > GRACE_MS;
}

function runOf(scheduledTime: Date, late: boolean, { missedRuns }: TickInput): TickDecision['run'] {
  return late && missedRuns === 'Skip' ? undefined : { scheduledTime, missedRun: late };
}

/** What is passed over now, else what was before, as long as a clock could still jump back there. */
function skippedBy(latest: Date, count: number, runs: boolean, input: TickInput): SkippedTicks | undefined {
  if (count > 1 || !runs) return { after: input.lastCheckTime, before: runs ? latest : new Date(latest.getTime() + 1) };
  const before = input.skipped;
  return before && latest.getTime() - before.before.getTime() <= LONGEST_HOLD_MS ? before : undefined;
}

function following(clock: Date, { lastCheckTime, skipped }: Outcome, { schedule, timeZone }: TickInput): Date | undefined {
  if (skipped && clock < lastCheckTime) {
    const tick = nextAfter(schedule, skipped.after > clock ? skipped.after : clock, timeZone);
    if (tick && tick < skipped.before) return tick;
  }
  return nextAfter(schedule, lastCheckTime, timeZone);
}
