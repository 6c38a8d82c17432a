import type { PlannedPoint } from '../../api/restore-session.ts';
import { formatState } from '../gtid/state.ts';
import type { Choice } from './choose.ts';
import { timeText } from './recoverable.ts';

/** A choice as the status of a restore, or a plan on a terminal, says it. */
export function plannedPoint({ base, logs, state, timeline }: Choice, asked: string, found: Partial<PlannedPoint>): PlannedPoint {
  const sizes = [base.bytes, ...logs.map(({ log }) => log.bytes)].filter((size) => size !== undefined);
  return {
    asked,
    ...(state === undefined ? {} : { gtid: formatState(state) }),
    ...(timeline === undefined ? {} : { timeline }),
    ...found,
    base: base.id,
    ...(base.state === undefined ? {} : { baseGtid: formatState(base.state) }),
    baseTime: timeText(base.time),
    ...(sizes.length === 0 ? {} : { bytes: sizes.reduce((sum, size) => sum + size, 0) }),
  };
}
