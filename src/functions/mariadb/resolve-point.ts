import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { findPoint } from './find-point.ts';
import { damaged, readLogSeries } from './log-series.ts';

/** Operation `Resolve`: the state that a time or a GTID means in fetched logs; nothing in the result where they do not hold it. */
export async function resolvePoint({ logs, point }: FunctionContext): Promise<FunctionResult> {
  const series = logs === undefined ? [] : await readLogSeries(logs);
  const [one] = series;
  if (one === undefined || series.length > 1 || point === undefined)
    throw damaged(`a point is looked for in one series of logs, not in ${series.length}`);
  const found = await findPoint(one, point);
  return found === undefined ? {} : { point: found };
}
