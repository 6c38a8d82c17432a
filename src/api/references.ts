import type { Static } from 'typebox';
import { namespaceName, objectName } from './formats.ts';
import { optional, struct, text } from './schema.ts';

export const ObjectReference = struct('An object by name.', {
  name: objectName('Name of the object.'),
  namespace: optional(namespaceName('Namespace of the object; that of the referring object when absent.')),
});
export type ObjectReference = Static<typeof ObjectReference>;

export const TypedObjectReference = struct('An object of any kind.', {
  apiGroup: optional(text('API group of the kind.')),
  kind: optional(text('Kind of the object.')),
  namespace: optional(namespaceName('Namespace of the object.')),
  name: text('Name of the object.'),
});
export type TypedObjectReference = Static<typeof TypedObjectReference>;

/** What is backed up or restored into. `Host` of our own group is a set of directories on this machine. */
export const TargetRef = struct('What is backed up, or restored into.', {
  apiVersion: optional(text('apiVersion of the target, for instance apps/v1; of a Host: stash.appscode.com/v1beta1.', { maxLength: 253 })),
  kind: optional(
    text('Kind of the target: Deployment, StatefulSet, DaemonSet, PersistentVolumeClaim, AppBinding, Host and others.', { maxLength: 63 }),
  ),
  name: optional(text('Name of the target.', { maxLength: 253 })),
  namespace: optional(namespaceName('Namespace of the target; that of the referring object when absent.')),
});
export type TargetRef = Static<typeof TargetRef>;

export const Invoker = struct('The object that asked for this.', {
  apiGroup: optional(text('API group of the invoker (stash.appscode.com).')),
  kind: text('Kind of the invoker: BackupConfiguration or BackupBatch.', { maxLength: 63 }),
  name: objectName('Name of the invoker, in the same namespace.'),
});
export type Invoker = Static<typeof Invoker>;
