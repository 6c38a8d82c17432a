import { KINDS } from '../../api/kinds.ts';
import { readManifests } from '../../api/manifest.ts';
import type { AnyObject } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { objectPath } from '../../store/kubernetes/resource.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import type { Source } from '../manifests/sources.ts';
import { assertOperatorRuns } from '../operator-runs.ts';
import { nameText } from '../resolve.ts';
import { type OpenCluster, withCluster } from './connect.ts';
import { ourKind } from './ours.ts';

type Options = GlobalOptions & { ignoreNotFound?: boolean; wait: boolean; timeout: number };

/** Deletes what manifests of any kind name, the last one first, and waits until it is gone. */
export async function deleteFromCluster(cli: Cli, options: Options, sources: readonly Source[]): Promise<void> {
  await withCluster(cli, options, async (cluster) => {
    const doomed: Doomed[] = [];
    for (const one of refs(sources).reverse()) doomed.push(await locate(cluster, one, namespaceOf(options)));
    const marked: Doomed[] = [];
    for (const one of doomed) if (await deleteOne(cli, cluster, one, options)) marked.push(one);
    if (!options.wait) return;
    for (const one of marked) await waitUntilGone(cli, cluster, one, options);
  });
}

interface Doomed {
  name: string;
  path: string;
  /** Whether the operator has to clean up after it. */
  ours: boolean;
}

function refs(sources: readonly Source[]): AnyObject[] {
  return sources.flatMap((source) =>
    readManifests(source.text, source.name).documents.map(({ object, line }) => {
      const { apiVersion, kind, metadata } = (object ?? {}) as Partial<AnyObject>;
      if (apiVersion !== undefined && kind !== undefined && metadata?.name !== undefined) return object as AnyObject;
      throw new StashError('Invalid', `${source.name}:${line}: apiVersion, kind and metadata.name are needed`);
    }),
  );
}

async function locate({ discovery }: OpenCluster, manifest: AnyObject, otherwise: string): Promise<Doomed> {
  const kind = ourKind(manifest);
  const resource = kind === undefined ? await discovery.resource(manifest.apiVersion, manifest.kind) : KINDS[kind];
  const { name, namespace = otherwise } = manifest.metadata;
  return { name: nameText(manifest), path: objectPath(resource, { namespace, name }), ours: kind !== undefined };
}

/** Whether there was something to delete. */
async function deleteOne(cli: Cli, { connection }: OpenCluster, { name, path }: Doomed, options: Options): Promise<boolean> {
  try {
    await connection.send({ what: `delete ${name}`, method: 'DELETE', path, body: { propagationPolicy: 'Background' } });
  } catch (error) {
    if (options.ignoreNotFound && isCode(error, 'NotFound')) return false;
    throw error;
  }
  cli.out.write(`${name} deleted\n`);
  return true;
}

async function waitUntilGone(cli: Cli, { connection }: OpenCluster, { name, path, ours }: Doomed, options: Options): Promise<void> {
  const end = cli.clock.monotonic() + options.timeout;
  for (let asked = false; ; ) {
    try {
      const { body } = await connection.send<AnyObject>({ what: `read ${name}`, method: 'GET', path });
      // Somebody has made a new one already.
      if (body.metadata.deletionTimestamp === undefined) return;
    } catch (error) {
      if (isCode(error, 'NotFound')) return;
      throw error;
    }
    if (ours && !asked) await assertOperatorRuns(cli, options, `${name} is marked for deletion, but its clean-up is done by the operator`);
    asked = true;
    if (cli.clock.monotonic() > end)
      throw new StashError('TimedOut', `waited ${Math.round(options.timeout / 1000)} s for the clean-up of ${name}`);
    await cli.clock.sleep(LOOK_MS, cli.signal);
    if (cli.signal.aborted) throw new StashError('Interrupted', `stopped waiting for the clean-up of ${name}`);
  }
}

const LOOK_MS = 300;
