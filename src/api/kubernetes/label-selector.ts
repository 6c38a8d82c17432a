import { list, oneOf, optional, struct, text, textList, textMap } from '../schema.ts';

export const LabelSelector = struct('Selects objects by their labels; all conditions must hold.', {
  matchLabels: optional(textMap('Labels that must be there with this value.')),
  matchExpressions: optional(
    list(
      'Further conditions.',
      struct('One condition.', {
        key: text('Label the condition is about.'),
        operator: oneOf('How it is compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: optional(textList('Values for In and NotIn.')),
      }),
    ),
  ),
});
