import { StashError } from '../../errors/error.ts';
import { after, covers, formatState, type GtidState, sameState, sequenceOf } from '../../rules/gtid/state.ts';
import { type Invoker, statementAccount } from './binlog/invoker.ts';
import { damaged, type LogSeries } from './log-series.ts';
import { type PlacedGroup, placedGroups } from './replay-groups.ts';

/** Bytes of one binlog that are replayed in one piece: whole transactions. */
interface Segment {
  path: string;
  start: number;
  stop: number;
  /** Its last statement gave something to the account that replays it, or may have made a role. */
  settle?: { invoker?: Invoker };
}

export interface ReplayPlan {
  segments: Segment[];
  transactions: number;
  bytes: number;
  /** A statement may leave a comment in what it makes: comments are to be passed on. */
  commented: boolean;
}

/**
 * What brings a server that is at `from` to `to`, read from the binlogs themselves, so that a gap, another history or an end that is not
 * there is found before anything is replayed. Throws LogsDamaged or PointNotFound.
 */
export async function replayPlan(series: LogSeries, from: GtidState, to: GtidState): Promise<ReplayPlan> {
  const segments: Segment[] = [];
  let transactions = 0;
  let commented = false;
  let reached = from;
  for await (const group of wanted(series, from, to)) {
    const { file, gtid, position, end } = group;
    if (gtid.sequence <= sequenceOf(reached, gtid.domain))
      throw damaged(`binlog ${file.name} has ${group.text} after ${formatState(reached)}: such a log cannot be replayed to a point`);
    const last = segments.at(-1);
    const settle = group.standalone ? await settleAfter(group) : {};
    if (last?.path === file.path && last.settle === undefined && !group.afterSkipped) Object.assign(last, { stop: end, ...settle });
    else segments.push({ path: file.path, start: position, stop: end, ...settle });
    transactions += 1;
    commented ||= group.commented;
    reached = after(reached, gtid);
    if (sameState(reached, to)) break;
  }
  if (!sameState(reached, to)) throw notReached(series, from, to);
  return { segments, transactions, commented, bytes: segments.reduce((sum, { start, stop }) => sum + stop - start, 0) };
}

/** The first transaction on the way from `from` to `to`. */
export async function nextGtid(series: LogSeries, from: GtidState, to: GtidState): Promise<string | undefined> {
  for await (const { text } of wanted(series, from, to)) return text;
  return undefined;
}

/** What comes after `from`, domain by domain: in the log of another server they may be in another order. */
async function* wanted(series: LogSeries, from: GtidState, to: GtidState): AsyncGenerator<PlacedGroup & { afterSkipped: boolean }> {
  const first = series.files.findLastIndex((file) => covers(from, file.from));
  if (first < 0) {
    const begin = formatState(series.files[0]?.from ?? new Map());
    throw damaged(`the archived binlogs begin at ${begin}, which is after the backup's end ${formatState(from) || '(no GTID)'}`);
  }
  if (sameState(from, to)) return;
  let afterSkipped = true;
  for await (const group of placedGroups(series.files.slice(first))) {
    const { domain, server, sequence } = group.gtid;
    const known = from.get(domain);
    if (known?.sequence === sequence && known.server !== server)
      throw damaged(`the binlogs are of another history: they have ${group.text} where the backup has ${formatState(from)}`);
    const isKnown = known !== undefined && sequence <= known.sequence;
    if (!isKnown) yield { ...group, afterSkipped };
    afterSkipped = isKnown;
  }
}

async function settleAfter({ file, position, end }: PlacedGroup): Promise<Pick<Segment, 'settle'>> {
  const account = await statementAccount(file.path, position, end);
  if (account === undefined || (account.invoker === undefined && !account.mayMakeRole)) return {};
  return { settle: account.invoker === undefined ? {} : { invoker: account.invoker } };
}

function notReached({ timeline, files }: LogSeries, from: GtidState, to: GtidState): StashError {
  const end = formatState(files.at(-1)?.to ?? new Map());
  return new StashError(
    'PointNotFound',
    `the archived binlogs of timeline ${timeline} do not lead from ${formatState(from) || '(no GTID)'} to ${formatState(to)}; they end at ${end}`,
  );
}
