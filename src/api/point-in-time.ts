import type { Static } from 'typebox';
import { time } from './formats.ts';
import { flag, optional, struct, text } from './schema.ts';

export const PointInTime = struct(
  'The point to restore to; the newest when absent.',
  {
    time: optional(time('A time.')),
    gtid: optional(text('A GTID of the database, for instance 0-1-4711.', { maxLength: 253 })),
    snapshot: optional(text('Id of a snapshot, or its first eight digits.', { maxLength: 253 })),
    exclusive: optional(flag('Stop just before the point instead of just after it.')),
  },
  {
    rules: [
      {
        rule: '[has(self.time), has(self.gtid), has(self.snapshot)].filter(x, x).size() == 1',
        message: 'give exactly one of time, gtid, snapshot',
      },
    ],
  },
);
export type PointInTime = Static<typeof PointInTime>;
