import { Temporal } from 'temporal-polyfill';
import { StashError } from '../../errors/error.ts';

/** A stretch of time in which a zone's distance to UTC does not change. All values are milliseconds. */
export interface Segment {
  /** The instant of the change that opened it; -Infinity if there is none. */
  start: number;
  /** The instant of the change that ends it; Infinity if none is known. */
  end: number;
  /** Wall clock minus UTC. */
  offset: number;
  /** The offset before `start`. Smaller than `offset` after a gap, larger after a fold. */
  previousOffset: number;
}

/** The segment of `timeZone` that holds `instant` (milliseconds). Throws Invalid for a zone that this machine does not know. */
export function segmentAt(instant: number, timeZone: string): Segment {
  const here = zoned(instant, timeZone);
  const offset = offsetOf(here);
  // "previous" looks strictly before, and the change may be at this very instant.
  const start = zoned(instant + 1, timeZone).getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity;
  const end = here.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
  return { start, end, offset, previousOffset: start === -Infinity ? offset : offsetOf(zoned(start - 1, timeZone)) };
}

/** Throws Invalid unless `timeZone` is an IANA zone name (or a fixed offset such as `+02:00`) that this machine knows. */
export function assertTimeZone(timeZone: string): void {
  zoned(0, timeZone);
}

function zoned(instant: number, timeZone: string): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
  } catch (cause) {
    throw new StashError('Invalid', `time zone "${timeZone}" is not known; accepted are names such as "Europe/Berlin" or "UTC"`, { cause });
  }
}

function offsetOf(time: Temporal.ZonedDateTime): number {
  return time.offsetNanoseconds / 1e6;
}
