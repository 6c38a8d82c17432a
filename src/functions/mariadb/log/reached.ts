import type { LogMark } from '../../../orders/order.ts';
import { after, formatGtid, formatState, type GtidState, parseState } from '../../../rules/gtid/state.ts';
import type { LogFile } from '../../../rules/log/log-index.ts';
import { keptMarks } from '../../../rules/log/marks.ts';
import { type EventGroup, eventGroups } from '../binlog/groups.ts';

/** So many groups are thinned out together. */
const MANY = 1_000;

/**
 * The state at `to` in a copied file, from what is known of its beginning. Two where the server was killed in the middle of a group: without
 * that one first, and with it, as a server may count it. `recent`: marks of it.
 */
export async function reachedBy(
  copy: string,
  known: Pick<LogFile, 'to' | 'bytes'>,
  to: number,
): Promise<{ states: string[]; recent: LogMark[] }> {
  let state = parseState(known.to);
  let marks: { gtid: string; time: number; state: GtidState }[] = [];
  let cut: EventGroup | undefined;
  for await (const group of eventGroups(copy, { to, ...(known.bytes === 0 ? {} : { from: known.bytes }) })) {
    cut = group.complete ? undefined : group;
    if (cut !== undefined) continue;
    state = afterGroup(state, group);
    marks.push({ gtid: group.gtid, time: group.time, state });
    if (marks.length > MANY) marks = keptMarks(marks);
  }
  const states = [formatState(state), ...(cut === undefined ? [] : [formatState(afterGroup(state, cut))])];
  return { states, recent: keptMarks(marks).map((mark) => ({ ...mark, state: formatState(mark.state) })) };
}

/** Whether a file that begins with `from` is the next after one that reached one of these states. A domain may have been deleted between. */
export function goesOnFrom(states: readonly string[], from: string): boolean {
  return states.some((text) => {
    const state = parseState(text);
    return [...parseState(from).values()].every((gtid) => {
      const reached = state.get(gtid.domain);
      return reached !== undefined && formatGtid(reached) === formatGtid(gtid);
    });
  });
}

function afterGroup(state: GtidState, { domain, server, sequence }: EventGroup): GtidState {
  return after(state, { domain, server, sequence });
}
