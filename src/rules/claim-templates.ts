import type { RestoreTarget } from '../api/target.ts';
import { StashError } from '../errors/error.ts';
import { DEFAULT_HOST } from './host-name.ts';
import { mapTexts } from './map-texts.ts';

/** A PersistentVolumeClaim that a restore fills, made when it is not there. */
export interface WantedClaim {
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: NonNullable<Template['spec']>;
  /** Where it appears to what restores. */
  mounts: { mountPath: string; subPath?: string }[];
}

/** One replica: the claims that its pod will have, filled together. */
interface ClaimHost {
  host: string;
  claims: WantedClaim[];
}

type Template = NonNullable<RestoreTarget['volumeClaimTemplates']>[number];

const ORDINAL = '${POD_ORDINAL}';
/** Where a single claim appears when nothing else is said, as in Stash. */
export const DEFAULT_CLAIM_MOUNT = '/stash-data';
const MOST_CLAIMS = 1000;
/** All claims of a restore as text, in characters: what a person writes has a thousandth of that. */
const MOST_TEXT = 4 * 2 ** 20;
/** A claim's name, and a path, are at most so long. */
const NAME_LENGTH = 253;
const PATH_LENGTH = 4096;
const PATH = 'spec.target.volumeClaimTemplates';

/**
 * What `volumeClaimTemplates` ask for, in the order of the replicas; empty without them. `${POD_ORDINAL}` is replaced in every value of the
 * templates. Throws Invalid with the field that is wrong.
 */
export function claimHosts(target: RestoreTarget | undefined, namespace: string): ClaimHost[] {
  const templates = target?.volumeClaimTemplates ?? [];
  if (templates.length === 0) return [];
  const mounts = checkedMounts(target, namespace);
  const hosts = Array.from({ length: target?.replicas ?? 1 }, (_, ordinal) => hostOf(target, ordinal, mounts));
  checkDistinct(hosts, templates);
  return hosts;
}

/** That of one host alone; undefined where it is none of theirs. */
export function claimHost(target: RestoreTarget | undefined, namespace: string, host: string): ClaimHost | undefined {
  if ((target?.volumeClaimTemplates ?? []).length === 0) return undefined;
  const ordinal = target?.replicas === undefined ? 0 : Number(/-(\d{1,4})$/.exec(host)?.[1]);
  if (!(ordinal < (target?.replicas ?? 1)) || hostName(target, ordinal) !== host) return undefined;
  return hostOf(target, ordinal, checkedMounts(target, namespace));
}

/** Names of all these claims, whether or not the templates are sound; empty where they cannot be told. */
export function claimNames(target: RestoreTarget | undefined): string[] {
  const all = (target?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => metadata?.name ?? []);
  const count = target?.replicas ?? 1;
  if (count * all.length > MOST_CLAIMS) return [];
  // Asked at every look at a session, also at one that is refused: what no claim can be called is not made a thousand times.
  const names = all.filter((name) => withOrdinal(name, 0).length <= NAME_LENGTH);
  return [...new Set(Array.from({ length: count }, (_, ordinal) => names.map((name) => withOrdinal(name, ordinal))).flat())];
}

/** Where the claim of each template appears, once all that was asked for is found sound and of a size that can be made. */
function checkedMounts(target: RestoreTarget | undefined, namespace: string): WantedClaim['mounts'][] {
  const { volumeClaimTemplates: templates = [], volumeMounts = [], replicas: count = 1 } = target ?? {};
  if (count * templates.length > MOST_CLAIMS)
    throw invalid('spec.target.replicas', `${count} replicas make ${count * templates.length} claims; at most ${MOST_CLAIMS} are made`);
  const size = JSON.stringify([templates, volumeMounts]).length;
  if (size * count > MOST_TEXT)
    throw invalid(
      PATH,
      `${size} characters with volumeMounts, for ${count} replicas, make ${size * count}; at most ${MOST_TEXT} are made in one restore`,
    );
  for (const [index, template] of templates.entries()) checkTemplate(template, `${PATH}[${index}]`, namespace);
  const long = volumeMounts.find(({ mountPath }) => mountPath.length > PATH_LENGTH);
  if (long !== undefined)
    throw invalid('spec.target.volumeMounts', `a mountPath has ${long.mountPath.length} characters; at most ${PATH_LENGTH} are possible`);
  const mounts = templates.map((template, index) => mountsOf(template, index, target));
  checkMounts(target, mounts.flat());
  return mounts;
}

function hostOf(target: RestoreTarget | undefined, ordinal: number, mounts: readonly WantedClaim['mounts'][]): ClaimHost {
  const templates = target?.volumeClaimTemplates ?? [];
  return {
    host: hostName(target, ordinal),
    claims: templates.map((template, index) => claimOf(template, ordinal, mounts[index] ?? [])),
  };
}

/** Stash's: with a number behind it where replicas are asked for. */
function hostName(target: RestoreTarget | undefined, ordinal: number): string {
  if (target?.replicas === undefined) return target?.alias ?? `${DEFAULT_HOST}-0`;
  return `${target.alias ?? DEFAULT_HOST}-${ordinal}`;
}

function claimOf({ metadata = {}, spec = {} }: Template, ordinal: number, mounts: WantedClaim['mounts']): WantedClaim {
  const { name = '', labels = {}, annotations = {} } = withOrdinal(metadata, ordinal);
  return { name, labels, annotations, spec: withOrdinal(spec, ordinal), mounts };
}

function withOrdinal<T>(value: T, ordinal: number): T {
  return mapTexts(value, (text) => text.replaceAll(ORDINAL, String(ordinal)));
}

function checkTemplate({ metadata, spec }: Template, path: string, namespace: string): void {
  const name = metadata?.name;
  if (name === undefined || name === '')
    throw invalid(`${path}.metadata.name`, `is missing: a StatefulSet calls its claims CLAIM-STATEFULSET-${ORDINAL}`);
  if (withOrdinal(name, 0).length > NAME_LENGTH)
    throw invalid(`${path}.metadata.name`, `has ${name.length} characters; a claim's name has at most ${NAME_LENGTH}`);
  const unknown = /\$\{[^}]*\}?/.exec(name.replaceAll(ORDINAL, ''))?.[0];
  if (unknown !== undefined) throw invalid(`${path}.metadata.name`, `"${name}" has ${unknown}; only ${ORDINAL} is replaced`);
  if (metadata?.namespace !== undefined && metadata.namespace !== namespace)
    throw invalid(
      `${path}.metadata.namespace`,
      `claims are made in the namespace of the RestoreSession, ${namespace}, not in "${metadata.namespace}"`,
    );
  if (spec?.volumeMode === 'Block') throw invalid(`${path}.spec.volumeMode`, 'files cannot be restored into a claim of volumeMode Block');
}

/** By the template's name, without the ordinal as in Stash. */
function mountsOf({ metadata }: Template, index: number, target: RestoreTarget | undefined): WantedClaim['mounts'] {
  const all = target?.volumeMounts ?? [];
  const single = target?.volumeClaimTemplates?.length === 1;
  if (all.length === 0 && single) return [{ mountPath: DEFAULT_CLAIM_MOUNT }];
  const names = namesOf(metadata?.name);
  const mounts = all.filter(({ name }) => names.includes(name));
  if (mounts.length === 0) throw invalid('spec.target.volumeMounts', `none says where ${PATH}[${index}] appears: name it "${names[0]}"`);
  return mounts.map(({ mountPath, subPath }) => ({
    mountPath: withoutSlashes(mountPath),
    ...(subPath === undefined ? {} : { subPath }),
  }));
}

/** At its end. By a loop: a pattern would look at every run of slashes in the path again from each of its slashes. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

function namesOf(template = ''): string[] {
  return [template.replaceAll(`-${ORDINAL}`, ''), template];
}

function checkMounts(target: RestoreTarget | undefined, mounts: WantedClaim['mounts']): void {
  const known = new Set((target?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => namesOf(metadata?.name)));
  const stray = (target?.volumeMounts ?? []).find(({ name }) => !known.has(name));
  if (stray !== undefined) throw invalid('spec.target.volumeMounts', `"${stray.name}" is none of ${PATH}`);
  const seen = new Set<string>();
  for (const { mountPath } of mounts) {
    if (!mountPath.startsWith('/') || mountPath === '/')
      throw invalid('spec.target.volumeMounts', `mountPath must be an absolute path below /, not "${mountPath}"`);
    if (seen.has(mountPath)) throw invalid('spec.target.volumeMounts', `two claims would appear at ${mountPath}`);
    seen.add(mountPath);
  }
}

function checkDistinct(hosts: readonly ClaimHost[], templates: readonly Template[]): void {
  const seen = new Set<string>();
  for (const { claims } of hosts)
    for (const [index, { name }] of claims.entries()) {
      if (seen.has(name)) {
        const why = hosts.length > 1 ? `is a claim of several replicas: put ${ORDINAL} into it` : 'is there twice';
        throw invalid(`${PATH}[${index}].metadata.name`, `"${templates[index]?.metadata?.name}" ${why}`);
      }
      seen.add(name);
    }
}

function invalid(field: string, why: string): StashError {
  return new StashError('Invalid', `${field}: ${why}`);
}
