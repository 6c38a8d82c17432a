import type { AnyObject } from '../../api/object.ts';

/** An object as the store hands it out: lists of plain kinds do not say what they hold, and managed fields are of no use here but large. */
export function incoming({ apiVersion, kind }: { apiVersion: string; kind: string }, received: AnyObject): AnyObject {
  const metadata: AnyObject['metadata'] & { managedFields?: unknown; selfLink?: unknown } = received.metadata;
  delete metadata.managedFields;
  delete metadata.selfLink;
  return received.apiVersion === apiVersion && received.kind === kind ? received : { ...received, apiVersion, kind };
}
