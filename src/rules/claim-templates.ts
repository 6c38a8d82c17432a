import type { RestoreTarget } from '../api/target.ts';
import { StashError } from '../errors/error.ts';
import { DEFAULT_HOST } from './host-name.ts';

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
export interface ClaimHost {
  host: string;
  claims: WantedClaim[];
}

type Template = NonNullable<RestoreTarget['volumeClaimTemplates']>[number];

const ORDINAL = '${POD_ORDINAL}';
/** Where a single claim appears when nothing else is said, as in Stash. */
export const DEFAULT_CLAIM_MOUNT = '/stash-data';
const MOST_CLAIMS = 1000;
const PATH = 'spec.target.volumeClaimTemplates';

/**
 * What `volumeClaimTemplates` ask for, in the order of the replicas; empty without them. `${POD_ORDINAL}` is replaced in every value of the
 * templates. Throws Invalid with the field that is wrong.
 */
export function claimHosts(target: RestoreTarget | undefined, namespace: string): ClaimHost[] {
  const templates = target?.volumeClaimTemplates ?? [];
  if (templates.length === 0) return [];
  const count = target?.replicas ?? 1;
  if (count * templates.length > MOST_CLAIMS)
    throw invalid('spec.target.replicas', `${count} replicas make ${count * templates.length} claims; at most ${MOST_CLAIMS} are made`);
  for (const [index, template] of templates.entries()) checkTemplate(template, `${PATH}[${index}]`, namespace);
  const mounts = templates.map((template, index) => mountsOf(template, index, target));
  checkMounts(target, mounts.flat());
  const hosts = Array.from({ length: count }, (_, ordinal) => ({
    host: hostName(target, ordinal),
    claims: templates.map((template, index) => claimOf(template, ordinal, mounts[index] ?? [])),
  }));
  checkDistinct(hosts, templates);
  return hosts;
}

/** Names of all these claims, whether or not the templates are sound; empty where they cannot be told. */
export function claimNames(target: RestoreTarget | undefined): string[] {
  const names = (target?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => metadata?.name ?? []);
  const count = target?.replicas ?? 1;
  if (count * names.length > MOST_CLAIMS) return [];
  return [...new Set(Array.from({ length: count }, (_, ordinal) => names.map((name) => withOrdinal(name, ordinal))).flat())];
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

/** In the parsed tree, so that nothing that is put in can change what is around it. */
function withOrdinal<T>(value: T, ordinal: number): T {
  if (typeof value === 'string') return value.replaceAll(ORDINAL, String(ordinal)) as T;
  if (Array.isArray(value)) return value.map((one) => withOrdinal(one, ordinal)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withOrdinal(one, ordinal)])) as T;
}

function checkTemplate({ metadata, spec }: Template, path: string, namespace: string): void {
  const name = metadata?.name;
  if (name === undefined || name === '')
    throw invalid(`${path}.metadata.name`, `is missing: a StatefulSet calls its claims CLAIM-STATEFULSET-${ORDINAL}`);
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
  const mounts = all.filter(({ name }) => namesOf(metadata?.name).includes(name));
  if (mounts.length === 0)
    throw invalid('spec.target.volumeMounts', `none says where ${PATH}[${index}] appears: name it "${namesOf(metadata?.name)[0]}"`);
  return mounts.map(({ mountPath, subPath }) => ({
    mountPath: mountPath.replace(/(?<=.)\/+$/, ''),
    ...(subPath === undefined ? {} : { subPath }),
  }));
}

function namesOf(template = ''): string[] {
  return [template.replaceAll(`-${ORDINAL}`, ''), template];
}

function checkMounts(target: RestoreTarget | undefined, mounts: WantedClaim['mounts']): void {
  const known = (target?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => namesOf(metadata?.name));
  const stray = (target?.volumeMounts ?? []).find(({ name }) => !known.includes(name));
  if (stray !== undefined) throw invalid('spec.target.volumeMounts', `"${stray.name}" is none of ${PATH}`);
  for (const [index, { mountPath }] of mounts.entries()) {
    if (!mountPath.startsWith('/') || mountPath === '/')
      throw invalid('spec.target.volumeMounts', `mountPath must be an absolute path below /, not "${mountPath}"`);
    if (mounts.findIndex((one) => one.mountPath === mountPath) !== index)
      throw invalid('spec.target.volumeMounts', `two claims would appear at ${mountPath}`);
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
