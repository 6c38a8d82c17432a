import { type GtidState, parseState, reaches } from '../../../rules/log/gtid-state.ts';
import { type BinlogIdentity, sameBinlog } from '../../../rules/log/log-index.ts';

/**
 * The file a new series begins with, by its place in the server's list: the oldest that something stored needs - the one in which the
 * earliest link of the staged chain ends, and the one that goes on from the log archived before. The newest, where neither is there.
 */
export async function beginning(
  count: number,
  header: (at: number) => Promise<BinlogIdentity>,
  { links, after }: { links: readonly BinlogIdentity[]; after?: string | undefined },
): Promise<number> {
  const wanted = after === undefined ? undefined : parseState(after);
  let first = count - 1;
  let goesOn = wanted === undefined;
  for (let at = count - 1; at >= 0; at--) {
    const found = await header(at);
    if (links.some((link) => sameBinlog(link, found))) first = at;
    if (!goesOn && wanted !== undefined && isWithin(wanted, found.from)) {
      first = Math.min(first, at);
      goesOn = true;
    }
    if (goesOn && links.length === 0) break;
  }
  return first;
}

function isWithin(wanted: GtidState, from: string): boolean {
  return reaches(wanted, parseState(from));
}
