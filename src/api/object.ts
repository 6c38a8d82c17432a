/** Metadata of every object, as in Kubernetes (ObjectMeta). Times are RFC 3339, UTC; in metadata with whole seconds. */
export interface ObjectMeta {
  name: string;
  /** Absent on cluster-scoped kinds. */
  namespace?: string;
  uid?: string;
  /** Opaque; changes with every write of the object, its status included. */
  resourceVersion?: string;
  /** Grows with every change of `spec`. */
  generation?: number;
  creationTimestamp?: string;
  /** Set by a delete while finalizers are left; the object goes when the last one is removed. */
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface AnyObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
}

/** An object whose kind's spec and status are known. */
export interface Resource<Spec, Status> extends AnyObject {
  spec: Spec;
  status?: Status;
}

/** Kubernetes' condition, with `lastTransitionTime` moved only when `status` changes. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface ObjectKey {
  /** Empty for cluster-scoped kinds. */
  namespace: string;
  name: string;
}

export function keyOf(object: AnyObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

/** `namespace/name`, or the name alone for cluster-scoped kinds. */
export function keyText(key: ObjectKey): string {
  return key.namespace === '' ? key.name : `${key.namespace}/${key.name}`;
}

/** Of a namespaced kind, as `keyText` writes it. */
export function parseKey(text: string): ObjectKey {
  const [namespace = '', name = ''] = text.split('/');
  return { namespace, name };
}
