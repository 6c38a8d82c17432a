import type { Static } from 'typebox';
import { duration } from './formats.ts';
import { integer, optional, struct } from './schema.ts';

export const RetryConfig = struct('What happens after a failed session.', {
  maxRetry: integer('How many further attempts there are.', { default: 1, minimum: 0 }),
  delay: optional(duration('How long to wait before the next attempt, for instance "5m"; none when absent.')),
});
export type RetryConfig = Static<typeof RetryConfig>;
