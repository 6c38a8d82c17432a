import type { LogMark } from '../../../orders/order.ts';
import { advanced, formatState, parseState } from '../../../rules/log/gtid-state.ts';
import type { LogFile } from '../../../rules/log/log-index.ts';
import { type EventGroup, eventGroups } from '../binlog/groups.ts';

const MOST = 8;

/**
 * The state at `to` in a copied file, from what is known of its beginning. Two where the server was killed in the middle of a group: without
 * that one first, and with it, as a server may count it. `recent`: the newest groups.
 */
export async function reachedBy(
  copy: string,
  known: Pick<LogFile, 'to' | 'bytes'>,
  to: number,
): Promise<{ states: string[]; recent: LogMark[] }> {
  let state = parseState(known.to);
  let tail: EventGroup[] = [];
  let cut: EventGroup | undefined;
  for await (const group of eventGroups(copy, { to, ...(known.bytes === 0 ? {} : { from: known.bytes }) })) {
    cut = group.complete ? undefined : group;
    if (cut !== undefined) continue;
    tail.push(group);
    if (tail.length < 2 * MOST) continue;
    for (const one of tail.slice(0, MOST)) state = advanced(state, one.gtid);
    tail = tail.slice(MOST);
  }
  const recent: LogMark[] = [];
  for (const { gtid, time } of tail) {
    state = advanced(state, gtid);
    recent.push({ gtid, time, state: formatState(state) });
  }
  const states = [formatState(state), ...(cut === undefined ? [] : [formatState(advanced(state, cut.gtid))])];
  return { states, recent: recent.slice(-MOST) };
}

/** Whether a file that begins with `from` is the next after one that reached one of these states. A domain may have been deleted between. */
export function goesOnFrom(states: readonly string[], from: string): boolean {
  return states.some((text) => {
    const state = parseState(text);
    return [...parseState(from)].every(([domain, gtid]) => state.get(domain) === gtid);
  });
}
