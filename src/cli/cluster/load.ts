import { readManifests } from '../../api/manifest.ts';
import type { AnyObject } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { invalid, loadOne, type Placement, repeated, titleOf } from '../manifests/load.ts';
import type { Source } from '../manifests/sources.ts';
import type { OpenCluster } from './connect.ts';
import { ourKind } from './ours.ts';

/** A manifest as it is to be applied: as it was written, in its namespace, without status. */
export interface Meant {
  object: AnyObject;
  /** As our rules read it, with defaults; absent for kinds of others. */
  ours: AnyObject | undefined;
  warnings: string[];
  /** File and line, for messages. */
  place: string;
  /** `Kind/NAME: `, for messages. */
  title: string;
  /** What another document of the same files makes first; until then the server cannot judge this one. */
  waitsFor?: 'Kind' | 'Namespace';
}

/** Every document in its order. Throws Invalid with every problem of all of them. */
export async function loadForCluster(cluster: OpenCluster, sources: readonly Source[], placement: Placement): Promise<Meant[]> {
  const problems: string[] = [];
  const documents = sources.flatMap((source) => {
    const read = readManifests(source.text, source.name);
    problems.push(...read.problems.map((problem) => `${problem.source}:${problem.line}: ${problem.message}`));
    return read.documents.map((document) => ({ ...document, source: source.name }));
  });
  const made = madeHere(documents.map(({ object }) => object));
  const meant: Meant[] = [];
  for (const { object: manifest, line, lineAt, source } of documents) {
    const title = titleOf(manifest);
    const refuse = (path: string, text: string) => problems.push(`${source}:${lineAt(path)}: ${title}${text}`);
    if (!isManifest(manifest)) {
      refuse('', 'apiVersion, kind and metadata.name are needed');
      continue;
    }
    const placed = await inNamespace(cluster, manifest, placement, made);
    if ('problem' in placed) {
      refuse(placed.path, placed.problem);
      continue;
    }
    const { object, waitsFor } = placed;
    const one = { object, title, place: `${source}:${line}`, ...(waitsFor === undefined ? {} : { waitsFor }) };
    if (ourKind(manifest) === undefined) {
      meant.push({ ...one, ours: undefined, warnings: [] });
      continue;
    }
    const loaded = await loadOne(cluster.store, object, placement);
    if ('problems' in loaded) for (const problem of loaded.problems) refuse(problem.path, problem.text);
    // What our rules filled in is left to the server: an applied manifest owns what a person wrote, and no more.
    else meant.push({ ...one, ours: loaded.object, warnings: loaded.warnings });
  }
  problems.push(...repeated(meant.map(({ object }) => object)));
  if (problems.length > 0) throw invalid(problems);
  if (meant.length === 0) throw new StashError('Invalid', `no object in ${sources.map((source) => source.name).join(', ')}`);
  return meant;
}

interface Made {
  namespaces: ReadonlySet<string>;
  /** `GROUP/Kind` of custom resource definitions, and whether they are namespaced. */
  kinds: ReadonlyMap<string, boolean>;
}

function madeHere(manifests: readonly unknown[]): Made {
  const objects = manifests.filter(isManifest);
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  return {
    namespaces: new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name)),
    kinds: new Map(
      definitions.map((one) => {
        const { group, names, scope } = (one.spec ?? {}) as { group?: string; names?: { kind?: string }; scope?: string };
        return [`${group}/${names?.kind}`, scope === 'Namespaced'];
      }),
    ),
  };
}

type Placed = { object: AnyObject; waitsFor?: 'Kind' | 'Namespace' } | { path: string; problem: string };

async function inNamespace(
  cluster: OpenCluster,
  manifest: AnyObject,
  { given, otherwise = 'default' }: Placement,
  made: Made,
): Promise<Placed> {
  const { apiVersion, kind } = manifest;
  const scope = await scopeOf(cluster, manifest, made);
  if (scope === undefined) return { path: 'kind', problem: `the cluster has no kind ${apiVersion}/${kind}` };
  const { status: _, metadata, ...rest } = manifest;
  const { namespace: own, ...named } = metadata;
  const waits = scope.served ? {} : ({ waitsFor: 'Kind' } as const);
  if (!scope.namespaced) return { object: { ...rest, metadata: named }, ...waits };
  if (own && given !== undefined && own !== given)
    return {
      path: 'metadata.namespace',
      problem: `metadata.namespace: ${JSON.stringify(own)} is not the namespace ${JSON.stringify(given)} of the command line`,
    };
  const namespace = own || given || otherwise;
  const late = made.namespaces.has(namespace) && !(await hasNamespace(cluster, namespace));
  return { object: { ...rest, metadata: { ...named, namespace } }, ...(late ? { waitsFor: 'Namespace' } : waits) };
}

async function scopeOf(
  { discovery }: OpenCluster,
  { apiVersion, kind }: AnyObject,
  { kinds }: Made,
): Promise<{ namespaced: boolean; served: boolean } | undefined> {
  try {
    return { namespaced: (await discovery.resource(apiVersion, kind)).namespaced, served: true };
  } catch (error) {
    if (!isCode(error, 'Invalid')) throw error;
    const namespaced = kinds.get(`${apiVersion.split('/')[0]}/${kind}`);
    return namespaced === undefined ? undefined : { namespaced, served: false };
  }
}

async function hasNamespace({ connection }: OpenCluster, name: string): Promise<boolean> {
  try {
    await connection.send({ what: `read Namespace ${name}`, method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(name)}` });
    return true;
  } catch (error) {
    if (isCode(error, 'NotFound')) return false;
    // Who may not look finds out by the next request.
    if (isCode(error, 'Forbidden')) return true;
    throw error;
  }
}

function isManifest(value: unknown): value is AnyObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown; metadata?: { name?: unknown } | null };
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
