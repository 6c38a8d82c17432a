import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { KINDS } from '../../api/kinds.ts';
import { isCode } from '../../errors/error.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import { versionPath } from '../../store/kubernetes/resource.ts';
import type { Check } from '../doctor/checks.ts';

interface Definition {
  spec?: unknown;
}

/** Whether the cluster has our kinds, and whether they are those of this version. */
export async function checkDefinitions(connection: Connection): Promise<Check> {
  const kinds = Object.values(KINDS).filter(({ schema }) => schema !== undefined);
  const served = await servedKinds(connection, new Set(kinds.map(({ apiVersion }) => apiVersion)));
  const about = { name: 'definitions', use: 'the kinds of Stash' };
  const missing = kinds.filter(({ apiVersion, kind }) => !served.has(`${apiVersion}/${kind}`)).map(({ kind }) => kind);
  if (missing.length > 0) {
    const found =
      missing.length === kinds.length ? 'the cluster has none of the kinds of Stash' : `the cluster has no ${missing.join(', ')}`;
    return { ...about, result: 'missing', found, remedy: 'Install the chart; its custom resource definitions come with it.' };
  }
  const states = await Promise.all(kinds.map(async (one) => ({ kind: one.kind, state: await compare(connection, one) })));
  const other = states.filter(({ state }) => state === 'other').map(({ kind }) => kind);
  if (other.length > 0) {
    const remedy = 'Use the command line of the version of the operator, or upgrade the chart.';
    return { ...about, result: 'optional', found: `of another version than this command: ${other.join(', ')}`, remedy };
  }
  const known = states.every(({ state }) => state === 'same');
  return { ...about, result: 'ok', found: `${kinds.length} kinds${known ? ' of this version' : '; of which version may not be read'}` };
}

async function servedKinds(connection: Connection, versions: ReadonlySet<string>): Promise<Set<string>> {
  const served = new Set<string>();
  for (const version of versions) {
    try {
      const asked = { what: `look up the kinds of ${version}`, method: 'GET', path: versionPath(version) } as const;
      const { resources } = (await connection.send<{ resources: { kind: string }[] }>(asked)).body;
      for (const { kind } of resources) served.add(`${version}/${kind}`);
    } catch (error) {
      if (!(error instanceof Error && 'status' in error && error.status === 404)) throw error;
    }
  }
  return served;
}

async function compare(
  connection: Connection,
  { plural, apiVersion }: { plural: string; apiVersion: string },
): Promise<'same' | 'other' | 'unknown'> {
  const group = apiVersion.split('/')[0];
  const ours = shipped(`${group}_${plural}.yaml`);
  if (ours === undefined) return 'unknown';
  const name = `${plural}.${group}`;
  try {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const { body } = await connection.send<Definition>({ what: `read the definition ${name}`, method: 'GET', path });
    return contains(body.spec, ours.spec) ? 'same' : 'other';
  } catch (error) {
    if (isCode(error, 'Forbidden')) return 'unknown';
    throw error;
  }
}

/** Undefined where they are not beside this program. */
function shipped(file: string): Definition | undefined {
  try {
    return parse(readFileSync(new URL(`../../../crds/${file}`, import.meta.url), 'utf8')) as Definition;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether everything in `part` is in `whole`, to which the server adds. */
function contains(whole: unknown, part: unknown): boolean {
  if (part === null || typeof part !== 'object') return whole === part;
  if (whole === null || typeof whole !== 'object') return false;
  if (Array.isArray(part))
    return Array.isArray(whole) && whole.length === part.length && part.every((one, index) => contains(whole[index], one));
  return Object.entries(part).every(([name, value]) => contains((whole as Record<string, unknown>)[name], value));
}
