import type { PreviousLog } from '../../../orders/order.ts';
import { covers, parseState } from '../../../rules/gtid/state.ts';
import { type BinlogIdentity, sameBinlog } from '../../../rules/log/log-index.ts';

/**
 * The file a new series begins with, by its place in the server's list: the oldest that something stored needs - the one in which the
 * earliest link of the staged chain ends, and the one from which on it can be shown to go on from the log archived before. The newest, where
 * neither is there. Never `after` or one before it.
 */
export async function beginning(
  count: number,
  header: (at: number) => Promise<BinlogIdentity>,
  { links, previous, after }: { links: readonly BinlogIdentity[]; previous?: PreviousLog | undefined; after?: BinlogIdentity | undefined },
): Promise<number> {
  let first = count - 1;
  let goesOn = previous === undefined;
  /** Nothing is missing from there on, if that cannot be shown. */
  let adjoining: number | undefined;
  for (let at = count - 1; at >= 0 && !(goesOn && links.length === 0); at--) {
    const found = await header(at);
    if (after !== undefined && at < count - 1 && sameBinlog(after, found)) break;
    if (links.some((link) => sameBinlog(link, found))) first = at;
    if (goesOn || previous === undefined) continue;
    if (covers(parseState(previous.gtid), parseState(found.from))) adjoining ??= at;
    if (!holdsOf(previous, found.from)) continue;
    first = Math.min(first, at);
    goesOn = true;
  }
  return goesOn ? first : Math.min(first, adjoining ?? first);
}

/** Whether all of the newest GTIDs of a log would be in a file that begins so: a primary that has failed may have been ahead of this one. */
function holdsOf({ gtid, recent }: PreviousLog, from: string): boolean {
  const [oldest] = recent;
  const [wanted, begun] = [parseState(oldest?.state ?? gtid), parseState(from)];
  return covers(wanted, begun) && (oldest === undefined || !covers(begun, wanted));
}
