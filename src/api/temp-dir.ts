import type { Static } from 'typebox';
import { quantity } from './formats.ts';
import { EmbeddedClaim } from './kubernetes/persistent-volume-claim.ts';
import { flag, optional, struct, text } from './schema.ts';

export const TempDir = struct(
  'The stage: where data lies before it is stored, and restored data before it is put in its place.',
  {
    medium: optional(text('Memory keeps it in memory; the disk when absent. Needs sizeLimit.')),
    sizeLimit: optional(quantity('Most it may hold, for instance 2Gi.')),
    disableCaching: optional(flag('Keep no cache of the repository between runs.')),
    volume: optional(text('Name of a volume the workload already has.', { minLength: 1, maxLength: 253 })),
    volumeClaimTemplate: optional(EmbeddedClaim),
  },
  {
    rules: [
      { rule: '!(has(self.volume) && has(self.volumeClaimTemplate))', message: 'give at most one of volume and volumeClaimTemplate' },
    ],
  },
);
export type TempDir = Static<typeof TempDir>;
