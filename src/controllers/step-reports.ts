import type { Report } from '../orders/report.ts';
import { formatDuration } from '../rules/duration.ts';

/** The steps of a report as status shows them. */
export function stepStatus({ steps }: Report) {
  return steps.map(({ name, phase, seconds }) => ({
    name,
    phase,
    ...(seconds === undefined ? {} : { duration: formatDuration(seconds * 1000) }),
  }));
}
