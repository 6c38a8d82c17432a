import { isDeepStrictEqual } from 'node:util';
import type { V1EnvVar } from '@kubernetes/client-node';
import { StashError } from '../../../errors/error.ts';
import type { WantedSidecar } from './wanted.ts';

/**
 * One sidecar for each container name: several aliases, and several objects that have the same workload as their target, share one where
 * they ask for the same or for what goes together. Throws SidecarRefused where they do not.
 */
export function mergeWanted(wanted: readonly WantedSidecar[]): WantedSidecar[] {
  const byContainer = new Map<string, WantedSidecar>();
  for (const one of wanted) {
    const before = byContainer.get(one.container);
    byContainer.set(one.container, before === undefined ? one : together(before, one));
  }
  return [...byContainer.values()];
}

function together(one: WantedSidecar, other: WantedSidecar): WantedSidecar {
  const { container } = one;
  // The operator's own functions run in any image.
  const image = same(container, 'images', one.image, other.image);
  const env =
    one.env === undefined && other.env === undefined ? undefined : variables(container, [...(one.env ?? []), ...(other.env ?? [])]);
  return {
    container,
    ...(image === undefined ? {} : { image }),
    staged: one.staged === 'Physical' ? 'Physical' : other.staged,
    target: targets(container, one.target, other.target),
    runtimeSettings: same(container, 'runtimeSettings', one.runtimeSettings, other.runtimeSettings),
    tempDir: same(container, 'tempDir', one.tempDir, other.tempDir),
    env,
    envFrom: same(container, 'envFrom', one.envFrom, other.envFrom),
  };
}

function targets(container: string, one: WantedSidecar['target'], other: WantedSidecar['target']): WantedSidecar['target'] {
  const places = [one, other].map(({ paths = [], volumeMounts = [] }) => ({ paths, volumeMounts }));
  if (isDeepStrictEqual(places[0], places[1])) return one;
  if (places.every(({ paths, volumeMounts }) => paths.length > 0 && volumeMounts.length === 0))
    return { paths: [...new Set(places.flatMap(({ paths }) => paths))].sort() };
  throw differ(container, 'paths or volumeMounts');
}

function variables(container: string, env: readonly V1EnvVar[]): V1EnvVar[] {
  const byName = new Map<string, V1EnvVar>();
  for (const one of env) byName.set(one.name, same(container, `values of the variable ${one.name}`, byName.get(one.name), one) ?? one);
  return [...byName.values()];
}

/** What both say, or the one of them that says anything. */
function same<T>(container: string, what: string, one: T | undefined, other: T | undefined): T | undefined {
  if (one === undefined || other === undefined || isDeepStrictEqual(one, other)) return one ?? other;
  throw differ(container, what);
}

function differ(container: string, what: string): StashError {
  return new StashError('SidecarRefused', `the sidecar "${container}" is asked for with different ${what}`, {
    remedy: 'Give one of the functions another containerName, or both the same.',
  });
}
