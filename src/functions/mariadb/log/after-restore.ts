import { parseState, sameState } from '../../../rules/gtid/state.ts';
import type { LogStart } from '../../../rules/log/log-index.ts';
import { type RestoredMark, restoredMark } from '../restored-mark.ts';
import type { HeaderOf } from './headers.ts';

/**
 * The oldest of the server's files that is of the data it has now: what was written before a restore is of another history. `mark`: that file
 * begins with exactly what was restored, and nothing that the target archived came after that.
 */
export async function afterRestore(
  datadir: string,
  count: number,
  header: HeaderOf,
  start: LogStart,
): Promise<{ oldest: number; mark?: RestoredMark }> {
  const mark = await restoredMark(datadir);
  if (mark === undefined) return { oldest: 0 };
  const restored = Math.floor(Date.parse(mark.time) / 1000) * 1000;
  let oldest = count - 1;
  while (oldest > 0 && Date.parse((await header(oldest - 1)).created) >= restored) oldest--;
  const isWhole = mark.gtid !== '' && sameState(parseState((await header(oldest)).from), parseState(mark.gtid));
  return isWhole && !hasNewer(start, Date.parse(mark.time)) ? { oldest, mark } : { oldest };
}

/** A series that began or went on since then is what the next one goes on from. */
function hasNewer({ previous, after }: LogStart, restored: number): boolean {
  const committed = (previous?.recent.at(-1)?.time ?? 0) * 1000;
  return committed >= restored || (after !== undefined && Date.parse(after.created) >= restored);
}
