import type { LogMark, PreviousLog } from '../../../orders/order.ts';
import { covers, parseGtid, parseState, sequenceOf } from '../../../rules/gtid/state.ts';
import { type BinlogIdentity, sameBinlog } from '../../../rules/log/log-index.ts';

/** The server's binlogs by their place in its list. */
interface Binlogs {
  count: number;
  header(at: number): Promise<BinlogIdentity>;
  /** The newest of these marks that one of them holds. */
  common(at: number, marks: readonly LogMark[]): Promise<LogMark | undefined>;
}

interface Wanted {
  links: readonly BinlogIdentity[];
  previous?: PreviousLog | undefined;
  after?: BinlogIdentity | undefined;
}

/**
 * The file a new series begins with: the oldest that something stored needs - the one in which the earliest link of the staged chain ends,
 * and the one from which on it can be shown to go on from the log archived before. The newest, where neither is there. Never `after` or one
 * before it.
 */
export async function beginning(binlogs: Binlogs, { links, previous, after }: Wanted): Promise<number> {
  const newest = binlogs.count - 1;
  let first = newest;
  let goesOn = previous === undefined;
  /** Nothing is missing from there on, if that cannot be shown. */
  let adjoining: number | undefined;
  let mark: LogMark | undefined;
  for (let at = newest; at >= 0 && !(goesOn && links.length === 0); at--) {
    const found = await binlogs.header(at);
    if (after !== undefined && at < newest && sameBinlog(after, found)) break;
    if (links.some((link) => sameBinlog(link, found))) first = at;
    if (goesOn || previous === undefined) continue;
    if (covers(parseState(previous.gtid), parseState(found.from))) adjoining ??= at;
    mark ??= await markIn(binlogs, at, previous.recent);
    // Nothing that comes after the mark may be missing.
    if (mark === undefined || !covers(parseState(mark.state), parseState(found.from))) continue;
    first = Math.min(first, at);
    goesOn = true;
  }
  return goesOn ? first : Math.min(first, adjoining ?? first);
}

/** A file is read only if it may hold one by its sequences: a primary that has failed may have been ahead of this one. */
async function markIn({ count, header, common }: Binlogs, at: number, marks: readonly LogMark[]): Promise<LogMark | undefined> {
  const from = parseState((await header(at)).from);
  const to = at + 1 < count ? parseState((await header(at + 1)).from) : undefined;
  const within = marks.filter(({ gtid }) => {
    const { domain, sequence } = parseGtid(gtid) ?? { domain: 0, sequence: 0n };
    return sequence > sequenceOf(from, domain) && (to === undefined || sequence <= sequenceOf(to, domain));
  });
  return within.length === 0 ? undefined : common(at, within);
}
