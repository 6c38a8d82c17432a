import type { LogMark } from '../../../orders/order.ts';
import { eventGroups } from '../binlog/groups.ts';

/**
 * The newest of these marks (oldest first) whose transaction a binlog holds: the same GTID, committed at the same time - a server that was
 * put back gives the same GTIDs again. `to`: how much of the file counts; absent: all of it.
 */
export async function commonMark(file: string, to: number | undefined, marks: readonly LogMark[]): Promise<LogMark | undefined> {
  const places = new Map(marks.map(({ gtid }, at) => [gtid, at]));
  let newest = -1;
  for await (const { gtid, time, complete } of eventGroups(file, to === undefined ? {} : { to })) {
    const at = places.get(gtid);
    if (at === undefined || !complete || at <= newest || marks[at]?.time !== time) continue;
    newest = at;
    if (newest === marks.length - 1) break;
  }
  return marks[newest];
}
