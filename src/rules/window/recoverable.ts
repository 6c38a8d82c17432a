import type { RecoverableInterval } from '../../api/invoker-status.ts';
import type { Interval } from './intervals.ts';

/**
 * An interval as a status and the command line say it. `repository` is NAMESPACE/NAME; `target`, NAMESPACE/KIND/NAME, is said in a batch.
 */
export function recoverableInterval(
  { from, to, gtidFrom, gtidTo, host, timeline }: Interval,
  repository: string,
  target?: string,
): RecoverableInterval {
  return {
    from: timeText(from),
    to: timeText(to),
    ...(gtidFrom === undefined ? {} : { gtidFrom }),
    ...(gtidTo === undefined ? {} : { gtidTo }),
    ...(target === undefined ? {} : { target }),
    host,
    ...(timeline === undefined ? {} : { timeline }),
    repository,
  };
}

/** Whole seconds; of an end nothing is promised that is not there. */
export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
