import { StashError } from '../../errors/error.ts';
import { covers, formatState, type GtidState, parseState } from '../../rules/gtid/state.ts';
import type { FunctionContext } from '../function.ts';
import { findPoint } from './find-point.ts';
import { damaged, type LogSeries, readLogSeries } from './log-series.ts';
import type { RecordedChain } from './recorded-chain.ts';
import { type ReplayPlan, replayPlan } from './replay-plan.ts';

/** What of the fetched logs brings a backup to the point. */
export interface JudgedLogs extends ReplayPlan {
  from: GtidState;
  to: GtidState;
  /** Each with the state at which the next one takes over; the last one's is `to`. */
  series: { logs: LogSeries; upTo: GtidState }[];
}

/**
 * Reads the fetched logs, which needs nothing of the backup but its index; undefined when no point was given. Throws PointNotFound or
 * LogsDamaged.
 */
export async function judgeLogs({ logs, point }: FunctionContext, recorded: RecordedChain): Promise<JudgedLogs | undefined> {
  if (logs === undefined || point === undefined) return undefined;
  const from = parseState(recorded.gtid ?? '');
  const series = await readLogSeries(logs);
  const states = await statesOf(series, point);
  const to = states.at(-1) ?? from;
  if (!covers(to, from)) throw new StashError('PointNotFound', `the backup is at ${formatState(from)}, which is after ${formatState(to)}`);
  const plans: ReplayPlan[] = [];
  for (const [at, one] of series.entries()) plans.push(await replayPlan(one, states[at - 1] ?? from, states[at] ?? to));
  return {
    from,
    to,
    series: series.map((logs, at) => ({ logs, upTo: states[at] ?? to })),
    segments: plans.flatMap((plan) => plan.segments),
    transactions: plans.reduce((sum, plan) => sum + plan.transactions, 0),
    bytes: plans.reduce((sum, plan) => sum + plan.bytes, 0),
    commented: plans.some((plan) => plan.commented),
  };
}

/** Where each series ends: at the switch to the next one, the last at the point. */
async function statesOf(series: readonly LogSeries[], point: NonNullable<FunctionContext['point']>): Promise<GtidState[]> {
  const last = series.at(-1);
  if (last === undefined || point.gtid === undefined) throw damaged('there are no logs, or no GTID, to replay to');
  if (point.switches.length !== series.length - 1)
    throw damaged(`there are ${series.length} series of logs and ${point.switches.length} states to go over at`);
  const found = await findPoint(last, point);
  if (found === undefined)
    throw new StashError('PointNotFound', `the archived binlogs of timeline ${last.timeline} do not hold ${point.gtid}`);
  return [...point.switches.map(parseState), parseState(found.gtid)];
}
