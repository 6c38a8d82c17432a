import type { AnyObject } from '../../api/object.ts';

interface Incoming {
  apiVersion: string;
  kind: string;
  metadataOnly?: true;
}

/** An object as the store hands it out: lists of plain kinds do not say what they hold, and managed fields are of no use here but large. */
export function incoming({ apiVersion, kind, metadataOnly }: Incoming, received: AnyObject): AnyObject {
  const metadata: AnyObject['metadata'] & { managedFields?: unknown; selfLink?: unknown } = received.metadata;
  delete metadata.managedFields;
  delete metadata.selfLink;
  // The whole manifest once more, where somebody applied it with kubectl.
  if (metadataOnly && metadata.annotations !== undefined) delete metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'];
  return received.apiVersion === apiVersion && received.kind === kind ? received : { ...received, apiVersion, kind };
}
