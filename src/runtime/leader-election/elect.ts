import { asStashError, isCode } from '../../errors/error.ts';
import { type Clock, sleepAtMost } from '../clock.ts';
import type { Logger } from '../log.ts';
import { decide, type Observed, observe } from './decide.ts';
import type { Lease, LeaseClient } from './lease.ts';
import { keepRenewing } from './renew.ts';

export interface ElectionOptions {
  client: LeaseClient;
  /** Of this process alone: two processes with one identity would both lead. */
  identity: string;
  clock: Clock;
  /** 0 <= x < 1 */
  random: () => number;
  log: Logger;
  timing?: Partial<ElectionTiming>;
}

export interface ElectionTiming {
  /** How long others watch an unchanged lease before they take it. */
  leaseMs: number;
  /** A leader that could not renew for this long leads no more. Less than `leaseMs`, by more than clocks go apart meanwhile. */
  renewMs: number;
  /** Between two attempts. */
  retryMs: number;
}

export interface Term {
  /** Higher than that of every term before, whoever had it. */
  epoch: number;
  /** Aborts when this process leads no more, or is to stop. `lead` ends soon after. */
  signal: AbortSignal;
}

/**
 * Calls `lead` whenever this process leads, until `signal`. After `signal` the lease is kept until `lead` has ended and then given back,
 * so that the next leader begins at once, and never before. Rejects when `lead` does.
 */
export async function runElected(options: ElectionOptions, lead: (term: Term) => Promise<void>, signal: AbortSignal): Promise<void> {
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const { log, identity } = options;
  while (!signal.aborted) {
    const won = await acquire(options, timing, signal);
    if (won === undefined) return;
    const lost = new AbortController();
    const done = new AbortController();
    const renewing = keepRenewing({ ...options, timing }, won, lost, done.signal);
    try {
      // The answer may have come so late that the term is over.
      if (lost.signal.aborted) continue;
      log.info('leads', { identity, epoch: won.lease.transitions });
      await lead({ epoch: won.lease.transitions, signal: AbortSignal.any([lost.signal, signal]) });
    } finally {
      done.abort();
      const last = await renewing;
      if (lost.signal.aborted) log.warn('leads no more: the lease could not be renewed', { identity, epoch: won.lease.transitions });
      else await release(options, timing, last);
    }
  }
}

const DEFAULT_TIMING: ElectionTiming = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

export interface Won {
  lease: Lease;
  /** When the write that won it was sent, on both clocks. */
  sent: { monotonic: number; wall: number };
}

/** Undefined after the signal. */
async function acquire(options: ElectionOptions, timing: ElectionTiming, signal: AbortSignal): Promise<Won | undefined> {
  const { client, identity, clock, random, log } = options;
  let observed: Observed | undefined;
  while (!signal.aborted) {
    let pause = timing.retryMs * (1 + 0.2 * random());
    try {
      observed = observe(observed, await client.read(signal), clock.monotonic());
      const decision = decide(observed, identity, clock.monotonic(), timing.leaseMs);
      if (decision.type === 'wait') pause = Math.min(pause, decision.ms);
      else {
        const sent = { monotonic: clock.monotonic(), wall: clock.now().getTime() };
        const wanted = { holder: identity, durationMs: timing.leaseMs };
        const lease =
          decision.type === 'create'
            ? await client.create({ ...wanted, transitions: firstEpoch(clock.now()) }, signal)
            : await client.update({ ...decision.from, ...wanted, transitions: decision.from.transitions + 1 }, signal);
        return { lease, sent };
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      // Another candidate was faster.
      if (!isCode(error, 'Conflict', 'AlreadyExists', 'NotFound'))
        log.warn('the lease could not be read or taken', { error: asStashError(error) });
    }
    await sleepAtMost(clock, pause, signal);
  }
  return undefined;
}

/**
 * Where there is no lease there may have been one (somebody deleted it, or the whole namespace), and agents in pods that go on obey no lower
 * epoch than they have seen. A term takes longer than a second, so counting never overtakes this; it fits into the 31 bits of a Lease for
 * 68 years.
 */
function firstEpoch(now: Date): number {
  return Math.max(1, Math.floor((now.getTime() - BEFORE_ALL_TERMS) / 1000));
}

const BEFORE_ALL_TERMS = Date.UTC(2026, 0, 1);

async function release({ client, log }: ElectionOptions, timing: ElectionTiming, lease: Lease): Promise<void> {
  try {
    await client.update({ ...lease, holder: '', durationMs: 1_000 }, AbortSignal.timeout(timing.renewMs));
  } catch (error) {
    log.warn('the lease could not be given back; it runs out by itself', { error: asStashError(error) });
  }
}
