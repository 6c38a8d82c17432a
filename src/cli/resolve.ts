import { KIND_NAMES, KINDS, type KindName } from '../api/kinds.ts';
import type { AnyObject } from '../api/object.ts';
import { didYouMean } from '../api/validation/did-you-mean.ts';
import { StashError } from '../errors/error.ts';

/** One kind that a person named, in any of its spellings: plural, singular, short name, kind, each with or without its group. */
export function resolveKind(text: string): KindName {
  const kind = findKind(text);
  if (kind !== undefined) return kind;
  const near = didYouMean(text.toLowerCase(), [...SPELLINGS.keys()]);
  throw new StashError('Usage', `there is no kind "${text}"${near === undefined ? '' : `; did you mean "${near}"?`}`, {
    remedy: `Use one of ${kindNames().join(', ')}.`,
  });
}

export function findKind(text: string): KindName | undefined {
  return SPELLINGS.get(text.toLowerCase());
}

/** Kinds of `bc,repo` or of a category such as `all`. */
export function resolveKinds(text: string): KindName[] {
  return [...new Set(text.split(',').flatMap(expand))];
}

/** What is asked for on a command line: `KIND NAME...`, `KIND/NAME...`, `KIND[,KIND]` or `all`. */
export interface Wanted {
  kinds: KindName[];
  /** Absent: every object of the kinds. */
  named?: { kind: KindName; name: string }[];
}

export function parseWanted(args: readonly string[]): Wanted {
  const [first, ...rest] = args;
  if (first === undefined) throw new StashError('Usage', 'name a kind, for instance backupconfigurations or repositories');
  if (args.some((arg) => arg.includes('/'))) {
    const named = args.map((arg) => parseRef(arg));
    return { kinds: [...new Set(named.map((one) => one.kind))], named };
  }
  const kinds = resolveKinds(first);
  if (rest.length === 0) return { kinds };
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    throw new StashError('Usage', `names cannot follow several kinds ("${first}"); write KIND/NAME`);
  return { kinds, named: rest.map((name) => ({ kind, name })) };
}

/** `KIND/NAME`, or with a kind to fall back on also `NAME`. */
export function parseRef(text: string, fallback?: KindName): { kind: KindName; name: string } {
  const slash = text.indexOf('/');
  if (slash < 0 && fallback !== undefined && text !== '') return { kind: fallback, name: text };
  const name = text.slice(slash + 1);
  if (slash <= 0 || name === '' || name.includes('/')) throw new StashError('Usage', `"${text}" is not KIND/NAME`);
  return { kind: resolveKind(text.slice(0, slash)), name };
}

/** `repository.stash.appscode.com`, or `secret` for Kubernetes' own kinds; what `apply` and `-o name` print before the name. */
export function kindText(kind: KindName): string {
  return groupKindText(KINDS[kind]);
}

/** The same for an object of any kind, with its name: `deployment.apps/web`. */
export function nameText({ apiVersion, kind, metadata }: AnyObject): string {
  return `${groupKindText({ apiVersion, kind })}/${metadata.name}`;
}

function groupKindText({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}

export function kindNames(): string[] {
  return KIND_NAMES.map((kind) => KINDS[kind].plural);
}

function expand(text: string): KindName[] {
  const category = text.toLowerCase();
  const members = KIND_NAMES.filter((kind) => (KINDS[kind].categories as readonly string[]).includes(category));
  return members.length > 0 ? members : [resolveKind(text)];
}

const SPELLINGS: ReadonlyMap<string, KindName> = new Map(
  KIND_NAMES.flatMap((kind) => {
    const { plural, singular, shortNames, apiVersion } = KINDS[kind];
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const plain = [plural, singular, kind.toLowerCase(), ...shortNames];
    const full = group === '' ? [] : [plural, singular].map((name) => `${name}.${group}`);
    return [...plain, ...full].map((name) => [name, kind] as const);
  }),
);
