import { hash5 } from '../names.ts';
import type { BlueprintTarget } from './target.ts';

/** Labels hold no more, and sessions carry the name of their configuration as one. */
const LONGEST = 63;

type Target = Pick<BlueprintTarget, 'kind' | 'namespace' | 'name'>;

/**
 * Name of what is made for a target in a namespace: `KIND-NAME` as in Stash (`app-NAME` for an AppBinding), in another namespace than the
 * target's with that one's before it, and where another blueprint has that name already, with the blueprint's behind it.
 */
export function madeName(target: Target, namespace: string, blueprint?: string): string {
  const name = [...base(target, namespace), ...(blueprint === undefined ? [] : [blueprint])].join('-');
  // A dash may not follow a dot.
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 6).replace(/[^a-z0-9]$/, 'x')}-${hash5([name])}`;
}

/** Whether something of this name can have been made for the target, after whichever blueprint. */
export function isMadeName(name: string, target: Target, namespace: string): boolean {
  return name.startsWith(
    base(target, namespace)
      .join('-')
      .slice(0, LONGEST - 12),
  );
}

function base({ kind, namespace: home, name }: Target, namespace: string): string[] {
  return [...(namespace === home ? [] : [home]), kind === 'AppBinding' ? 'app' : kind.toLowerCase(), name];
}
