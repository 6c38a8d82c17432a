import type { RestoreRule } from '../api/target.ts';
import { StashError } from '../errors/error.ts';

/** What is restored on one host. */
export interface HostRestore {
  /** Whose snapshots are taken. */
  sourceHost: string;
  /** These snapshots; or the newest one of each of these paths; or, without paths, the newest of everything the source host has. */
  from: { snapshots: string[] } | { paths: string[] };
  include: string[];
  exclude: string[];
}

/**
 * The rule of Stash for `host`: the first that names it, else the one that names no hosts. Without any rule a host takes its own newest
 * snapshots, or those of `lead` where that is given: the host that stands for all; undefined when there are rules and none is for this
 * host. Throws Invalid for rules that contradict each other.
 */
export function hostRestore(rules: readonly RestoreRule[], host: string, lead?: string): HostRestore | undefined {
  assertConsistent(rules);
  const rule =
    rules.find(({ targetHosts }) => targetHosts?.includes(host)) ??
    rules.find((candidate) => isForAll(candidate)) ??
    (rules.length === 0 ? {} : undefined);
  return rule && read(rule, lead ?? host);
}

/** As Stash's documents name the newest, which is what is taken when none is named. */
const NEWEST = 'latest';

function read({ sourceHost, snapshots = [], paths = [], include = [], exclude = [] }: RestoreRule, host: string): HostRestore {
  return { sourceHost: sourceHost || host, from: snapshots.some((one) => one !== NEWEST) ? { snapshots } : { paths }, include, exclude };
}

function isForAll({ targetHosts = [] }: RestoreRule): boolean {
  return targetHosts.length === 0;
}

function assertConsistent(rules: readonly RestoreRule[]): void {
  const named = new Map<string, number>();
  for (const [index, { targetHosts = [], snapshots = [], paths = [], include = [], exclude = [] }] of rules.entries()) {
    if (snapshots.length > 0 && paths.length > 0) {
      throw new StashError(
        'Invalid',
        `rules[${index}] gives snapshots and paths; a snapshot says itself which paths it holds, so give one`,
      );
    }
    if (include.length > 0 && exclude.length > 0) throw new StashError('Invalid', `rules[${index}] gives include and exclude; give one`);
    for (const host of new Set(targetHosts)) {
      const other = named.get(host);
      if (other !== undefined) throw new StashError('Invalid', `rules[${other}] and rules[${index}] both name host "${host}"; one may`);
      named.set(host, index);
    }
  }
  const forAll = rules.flatMap((rule, index) => (isForAll(rule) ? [`rules[${index}]`] : []));
  if (forAll.length > 1) throw new StashError('Invalid', `${forAll.join(' and ')} leave targetHosts empty; one rule may`);
}
