import type { Operation } from '../api/operations.ts';

interface AliasBinding {
  alias: string;
  /** Says the operation outright; any alias may have any. */
  type?: Operation;
}

/**
 * What an alias does: its `type`, else what its name is well known for, else a backup as Stash's single schedule makes one - Incremental
 * where the function supports it, Full otherwise. `supports` are the operations of the function that is bound to the alias.
 */
export function operationOf({ alias, type }: AliasBinding, supports: readonly string[]): Operation {
  const known = type ?? WELL_KNOWN.get(alias.toLowerCase().replace(/[-_.]/g, ''));
  return known ?? (supports.includes('Incremental') ? 'Incremental' : 'Full');
}

/** What the functions of all members can do for one alias. */
export function commonCapabilities(bindings: readonly { supports: readonly string[] }[]): string[] {
  const [first, ...rest] = bindings;
  return (first?.supports ?? []).filter((one) => rest.every(({ supports }) => supports.includes(one)));
}

/** Says that what is bound to an alias cannot do what the alias asks for. */
export function unsupportedText(alias: string, operation: Operation): string {
  return `no function that is bound to "${alias}" can do ${operation}; bind one that supports it`;
}

/** Spellings that differ by case or by dashes alone are the same. The project's first notes use both restoreTask and restoreTest. */
const WELL_KNOWN: ReadonlyMap<string, Operation> = new Map([
  ['full', 'Full'],
  ['incremental', 'Incremental'],
  ['log', 'Log'],
  ['logs', 'Log'],
  ['binlog', 'Log'],
  ['restoretest', 'RestoreTest'],
  ['restoretask', 'RestoreTest'],
  ['verify', 'RestoreTest'],
]);
