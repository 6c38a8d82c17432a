import { NAME_PATTERN, time } from './formats.ts';
import { anything, flag, integer, list, optional, struct, text, textList, textMap } from './schema.ts';

const RFC1123 = 'lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit';

/** What Kubernetes allows in `metadata`, for the local validator; in a CRD the API server knows it itself. */
export const Metadata = struct('Name, namespace, labels and annotations.', {
  name: text('Name of the object.', {
    minLength: 1,
    maxLength: 253,
    pattern: NAME_PATTERN,
    accepts: `at most 253 characters: ${RFC1123}`,
  }),
  namespace: optional(
    text('Namespace of the object.', {
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      accepts: 'at most 63 characters: lower-case letters, digits and "-", beginning and ending with a letter or digit',
    }),
  ),
  labels: optional(textMap('Labels; values are texts, so quote numbers and booleans.')),
  annotations: optional(textMap('Annotations; values are texts, so quote numbers and booleans.')),
  finalizers: optional(textList('Who has to clean up before the object goes.')),
  ownerReferences: optional(
    list(
      'Objects this one goes with.',
      struct('One owner.', {
        apiVersion: text('Its apiVersion.'),
        kind: text('Its kind.'),
        name: text('Its name.'),
        uid: text('Its uid.'),
        controller: optional(flag('Whether it is the one that manages this object.')),
        blockOwnerDeletion: optional(flag('Whether it waits for this object to go.')),
      }),
    ),
  ),
  generateName: optional(text('Kept when read.')),
  uid: optional(text('Set by the store.')),
  resourceVersion: optional(text('Set by the store.')),
  generation: optional(integer('Set by the store.')),
  creationTimestamp: optional(time('Set by the store.')),
  deletionTimestamp: optional(time('Set by the store.')),
  deletionGracePeriodSeconds: optional(integer('Set by the store.')),
  clusterName: optional(text('Set by old API servers.')),
  selfLink: optional(text('Set by old API servers.')),
  managedFields: optional(list('Set by the API server.', anything('One entry.'))),
});
