import type { Static } from 'typebox';
import { time } from './formats.ts';
import { integer, list, oneOf, optional, struct, text } from './schema.ts';

export const Condition = struct('One aspect of the state, as Kubernetes conditions are.', {
  type: text('What is observed.'),
  status: oneOf('Whether it holds.', ['True', 'False', 'Unknown']),
  reason: text('One word in CamelCase that says why.'),
  message: text('The same for people.'),
  lastTransitionTime: time('When `status` last changed.'),
  observedGeneration: optional(integer('The generation of the spec this was observed at.')),
  severity: optional(text('Written by AppsCode Stash; kept when read.')),
});

export const conditions = optional(list('Aspects of the state, one entry a type.', Condition));

/** Why something failed, as shown in a status. */
export const Failure = struct('Why it failed.', {
  code: text('Stable code of the error.'),
  message: text('What failed, with the value.'),
  remedy: text('What to do next.'),
});
export type Failure = Static<typeof Failure>;
