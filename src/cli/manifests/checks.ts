import { StashError } from '../../errors/error.ts';
import { parseSchedule } from '../../rules/schedule/parse.ts';
import { assertTimeZone } from '../../rules/schedule/zone.ts';

/** What is wrong with a schedule, undefined when nothing is; for `validate`, which knows only its shape. */
export function scheduleProblem(text: string): string | undefined {
  return problemOf(() => parseSchedule(text));
}

/** The same for a time zone. */
export function timeZoneProblem(text: string): string | undefined {
  return problemOf(() => assertTimeZone(text));
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof StashError) return error.message;
    throw error;
  }
}
