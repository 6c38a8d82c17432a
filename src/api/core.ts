import type { Static } from 'typebox';
import { namespaceName } from './formats.ts';
import type { AnyObject } from './object.ts';
import { anything, flag, integer, oneOf, optional, struct, text, textMap } from './schema.ts';

/** Plain Kubernetes kinds that Stash reads or writes: their fields beside apiVersion, kind and metadata. */
export const SecretFields = struct('Confidential values.', {
  type: optional(text('Kind of the Secret; Opaque when absent.')),
  immutable: optional(flag('Whether it cannot be changed.')),
  data: optional(textMap('Values in base64.')),
  stringData: optional(textMap('Values as they are; merged into data.')),
});
export type Secret = AnyObject & Static<typeof SecretFields>;

export const ConfigMapFields = struct('Values.', {
  data: optional(textMap('Values.')),
  binaryData: optional(textMap('Values in base64.')),
  immutable: optional(flag('Whether it cannot be changed.')),
});
export type ConfigMap = AnyObject & Static<typeof ConfigMapFields>;

export const NamespaceFields = struct('A namespace.', { spec: optional(anything('Left to Kubernetes.')) });
export type Namespace = AnyObject;

export const EventFields = struct('Something that happened to an object.', {
  reason: text('One word that says what.'),
  message: text('The same for people.'),
  type: oneOf('How bad it is.', ['Normal', 'Warning']),
  count: optional(integer('How often it happened.')),
  firstTimestamp: optional(text('When first.')),
  lastTimestamp: optional(text('When last.')),
  involvedObject: struct('The object.', {
    apiVersion: text('Its apiVersion.'),
    kind: text('Its kind.'),
    namespace: optional(namespaceName('Its namespace.')),
    name: text('Its name.'),
    uid: optional(text('Its uid.')),
    fieldPath: optional(text('Part of the object.')),
    resourceVersion: optional(text('Its version.')),
  }),
  source: optional(struct('Who says so.', { component: optional(text('Program.')), host: optional(text('Host.')) })),
  reportingComponent: optional(text('Program.')),
  reportingInstance: optional(text('Which run of the program.')),
});
export type Event = AnyObject & Static<typeof EventFields>;
