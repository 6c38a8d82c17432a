import type { Static } from 'typebox';
import { flag, integer, names, optional, struct, text } from './schema.ts';

const keep = (what: string) => optional(integer(`Keep the newest snapshot of each of the last N ${what} that have one.`, { minimum: 0 }));

export const RetentionPolicy = struct('Which snapshots are kept; one is kept when any rule keeps it. Without a rule all are kept.', {
  name: optional(text('Name of the policy, for people.')),
  keepLast: optional(integer('Keep the newest N snapshots.', { minimum: 0 })),
  keepHourly: keep('hours'),
  keepDaily: keep('days'),
  keepWeekly: keep('weeks'),
  keepMonthly: keep('months'),
  keepYearly: keep('years'),
  keepTags: optional(names('Keep snapshots that carry one of these tags.')),
  prune: flag('Also free the space of what was removed.', { default: false }),
  dryRun: optional(flag('Only say what would be removed.')),
});
export type RetentionPolicy = Static<typeof RetentionPolicy>;
