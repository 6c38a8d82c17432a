import { isKindName, KINDS, type KindName } from '../../api/kinds.ts';
import { readManifests } from '../../api/manifest.ts';
import type { AnyObject } from '../../api/object.ts';
import { problemText, validate } from '../../api/validate.ts';
import { StashError } from '../../errors/error.ts';

import type { Store } from '../../store/store.ts';
import { scheduleProblem, timeZoneProblem } from './checks.ts';
import { hookWarnings } from './hooks.ts';
import type { Source } from './sources.ts';

/** Where objects go: the namespace of the command line, or for those without one of their own `otherwise` ("default"). */
export interface Placement {
  given?: string | undefined;
  otherwise?: string;
}

export interface Loaded {
  kind: KindName;
  object: AnyObject;
  /** As it is stored now. */
  old: AnyObject | undefined;
  warnings: string[];
}

/**
 * Every document of the sources, valid and with defaults, in its order. Throws Invalid that names every problem of all of them, so
 * that nothing is written when one is wrong.
 */
export async function loadManifests(store: Store, sources: readonly Source[], namespace: Placement): Promise<Loaded[]> {
  const loaded: Loaded[] = [];
  const problems: string[] = [];
  for (const source of sources) {
    const read = readManifests(source.text, source.name);
    problems.push(...read.problems.map((problem) => `${problem.source}:${problem.line}: ${problem.message}`));
    for (const { object, lineAt } of read.documents) {
      const result = await loadOne(store, object, namespace);
      if ('problems' in result)
        problems.push(...result.problems.map(({ path, text }) => `${source.name}:${lineAt(path)}: ${result.title}${text}`));
      else loaded.push(result);
    }
  }
  problems.push(...repeated(loaded.map(({ object }) => object)));
  if (problems.length > 0) throw invalid(problems);
  if (loaded.length === 0) throw new StashError('Invalid', `no object in ${sources.map((source) => source.name).join(', ')}`);
  return loaded;
}

/** What is wrong with one manifest, by path. */
interface Refused {
  title: string;
  problems: { path: string; text: string }[];
}

/** One manifest of a kind of ours, against all our rules. */
export async function loadOne(store: Store, manifest: unknown, namespace: Placement): Promise<Loaded | Refused> {
  const title = titleOf(manifest);
  const placed = withNamespace(manifest, namespace);
  if (typeof placed === 'string') return { title, problems: [{ path: 'metadata.namespace', text: placed }] };
  const old = await storedOf(store, placed);
  const checked = validate(placed, { schedule: scheduleProblem, timeZone: timeZoneProblem, ...(old === undefined ? {} : { old }) });
  if (!checked.ok) return { title, problems: checked.problems.map((problem) => ({ path: problem.path, text: problemText(problem) })) };
  const { object, warnings } = checked;
  return { kind: object.kind as KindName, object, old, warnings: [...warnings, ...hookWarnings(object)] };
}

/** The manifest in its namespace (the one of the command line where it has none); a text when both say something else. */
function withNamespace(manifest: unknown, { given, otherwise = 'default' }: Placement): unknown {
  if (!isObject(manifest)) return manifest;
  const kind = knownKind(manifest.kind);
  if (kind === undefined || !isObject(manifest.metadata)) return manifest;
  const { namespace: own, ...metadata } = manifest.metadata;
  if (!KINDS[kind].namespaced) return { ...manifest, metadata };
  if (own === undefined || own === null) return { ...manifest, metadata: { ...metadata, namespace: given ?? otherwise } };
  if (given !== undefined && own !== given)
    return `metadata.namespace: ${JSON.stringify(own)} is not the namespace ${JSON.stringify(given)} of the command line`;
  return manifest;
}

async function storedOf(store: Store, manifest: unknown): Promise<AnyObject | undefined> {
  if (!isObject(manifest) || !isObject(manifest.metadata)) return undefined;
  const kind = knownKind(manifest.kind);
  const { name, namespace } = manifest.metadata;
  if (kind === undefined || typeof name !== 'string') return undefined;
  return store.get(kind, { name, namespace: typeof namespace === 'string' ? namespace : '' });
}

export function repeated(objects: readonly AnyObject[]): string[] {
  const seen = new Set<string>();
  return objects.flatMap((object) => {
    const key = `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [`${object.kind} "${object.metadata.name}" is given twice`];
  });
}

export function invalid(problems: readonly string[]): StashError {
  const text = problems.length === 1 ? (problems[0] ?? '') : `${problems.length} problems:\n  ${problems.join('\n  ')}`;
  return new StashError('Invalid', text, { remedy: 'Nothing was written. Correct what is named and apply it again.' });
}

export function titleOf(manifest: unknown): string {
  if (!isObject(manifest) || typeof manifest.kind !== 'string') return '';
  const name = isObject(manifest.metadata) && typeof manifest.metadata.name === 'string' ? `/${manifest.metadata.name}` : '';
  return `${manifest.kind}${name}: `;
}

function knownKind(kind: unknown): KindName | undefined {
  return typeof kind === 'string' && isKindName(kind) ? kind : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
