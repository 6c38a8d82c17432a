import { MOST_MARKS } from '../../api/most-marks.ts';

/** A replica mostly lags by less, and then the place where it went on is known to the transaction. */
const NEWEST = 8;
const APART = 4;

/**
 * Of the marks of a log, oldest first, those to remember: the newest one by one, older ones ever further apart, so that a replica which
 * lagged when it became the primary still finds one that it has too, about as old as four times its lag at most.
 */
export function keptMarks<Mark extends { time: number }>(marks: readonly Mark[]): Mark[] {
  const newest = marks.slice(-NEWEST);
  // Times need not grow: the statements of a session have the time that this says. No single one may make the others look alike.
  const now = newest.map(({ time }) => time).sort((one, other) => one - other)[newest.length >> 1] ?? 0;
  const age = ({ time }: Mark) => Math.max(0, now - time) + 1;
  const kept: Mark[] = [];
  let newer = newest[0];
  for (let at = marks.length - NEWEST - 1; at >= 0 && newer !== undefined; at--) {
    const [older, mark] = [marks[at - 1], marks[at]];
    if (mark === undefined || (older !== undefined && age(older) >= age(mark) && age(older) <= APART * age(newer))) continue;
    kept.push(mark);
    newer = mark;
  }
  return [...kept.slice(0, MOST_MARKS - NEWEST).reverse(), ...newest];
}
