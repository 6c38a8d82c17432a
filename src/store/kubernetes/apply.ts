import { isDeepStrictEqual } from 'node:util';
import { type AnyObject, keyText } from '../../api/object.ts';
import { ApiError } from './api-error.ts';
import type { ApiRequest, Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { incoming } from './incoming.ts';
import { objectPath } from './resource.ts';
import { unlessGone } from './unless-gone.ts';

interface ApplyOptions {
  /** Who owns the fields that the manifest has; fields of the same owner that it has no longer are removed. */
  fieldManager: string;
  /** Take fields that others own; otherwise that is a Conflict. */
  force: boolean;
  /** Ask what would happen, and do nothing. */
  dryRun?: boolean;
}

interface Applied {
  result: 'created' | 'changed' | 'unchanged';
  object: AnyObject;
}

/**
 * Server-side apply of a manifest of any kind that the cluster has. One without a namespace goes to the connection's own, if its kind has
 * namespaces. A change that somebody else makes at the same moment may be counted as ours.
 */
export async function apply(
  { connection, discovery }: { connection: Connection; discovery: Discovery },
  manifest: AnyObject,
  { fieldManager, force, dryRun = false }: ApplyOptions,
): Promise<Applied> {
  const resource = await discovery.resource(manifest.apiVersion, manifest.kind);
  const { name, namespace = resource.namespaced ? connection.namespace : '' } = manifest.metadata;
  const key = { namespace, name };
  const path = objectPath(resource, key);
  const text = `${manifest.kind} ${keyText(key)}`;
  const before = await current(connection, path, text);
  const { body } = await sendApply(connection, {
    what: `apply ${text}`,
    method: 'PATCH',
    path,
    query: { fieldManager, force, fieldValidation: 'Strict', ...(dryRun ? { dryRun: 'All' } : {}) },
    contentType: 'application/apply-patch+yaml',
    body: { ...manifest, metadata: { ...manifest.metadata, ...(resource.namespaced ? { namespace } : {}) } },
  });
  const same = before !== undefined && isDeepStrictEqual(content(before), content(body));
  return { result: before === undefined ? 'created' : same ? 'unchanged' : 'changed', object: incoming(manifest, body) };
}

/** A field that the kind does not have is answered with 500, though nothing is wrong with the server. */
async function sendApply(connection: Connection, request: ApiRequest): Promise<{ body: AnyObject }> {
  try {
    return await connection.send<AnyObject>(request);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 500 || !error.message.includes('typed patch object')) throw error;
    throw new ApiError('Invalid', error.message, { status: error.status, reason: error.reason });
  }
}

async function current(connection: Connection, path: string, text: string): Promise<AnyObject | undefined> {
  return (await unlessGone(connection.send<AnyObject>({ what: `read ${text}`, method: 'GET', path })))?.body;
}

/** Without what controllers write all the time, and without the version that grows with it. */
function content({ status: _, metadata, ...rest }: AnyObject): unknown {
  const { resourceVersion: __, managedFields: ___, ...kept }: AnyObject['metadata'] & { managedFields?: unknown } = metadata;
  return { ...rest, metadata: kept };
}
