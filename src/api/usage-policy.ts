import type { Static } from 'typebox';
import { LabelSelector } from './kubernetes/label-selector.ts';
import { oneOf, optional, struct } from './schema.ts';

export const UsagePolicy = struct('Who may use this object from other namespaces.', {
  allowedNamespaces: optional(
    struct(
      'Namespaces that may use it.',
      {
        from: oneOf('All namespaces, those that the selector matches, or only its own.', ['All', 'Selector', 'Same'], { default: 'Same' }),
        selector: optional(LabelSelector),
      },
      {
        rules: [
          { rule: "self.from != 'Selector' || has(self.selector)", message: 'from: Selector needs a selector', fieldPath: '.selector' },
        ],
      },
    ),
  ),
});
export type UsagePolicy = Static<typeof UsagePolicy>;
