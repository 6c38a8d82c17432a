import type { Static } from 'typebox';
import { list, oneOf, optional, struct, text } from './schema.ts';

export const Notification = struct('Who is told, and of what.', {
  webhook: struct('A POST request to a URL.', {
    urlFrom: struct('Where the URL is: it may hold a token.', {
      secretKeyRef: struct('A key of a Secret in the same namespace.', {
        name: text('Name of the Secret.', { minLength: 1 }),
        key: text('The key.', { minLength: 1 }),
      }),
    }),
    template: optional(text('Body of the request; templates such as {{ .Status.Phase }} are filled in. JSON of the event when absent.')),
  }),
  on: list(
    'Of what. Write the key as "on" in quotes: kubectl takes a bare on for true.',
    oneOf('What is told.', ['Failure', 'Recovery', 'MissedRun', 'ObjectiveBreach']),
    { minItems: 1, maxItems: 8 },
  ),
});
export type Notification = Static<typeof Notification>;
