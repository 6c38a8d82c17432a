import type { Capability } from '../api/function.ts';
import type { Member } from './invoker.ts';

/** Whether of the hosts of a member only the primary is backed up: as `source` says, else wherever its functions can tell which one that is. */
export function primaryOnly({ source }: Pick<Member, 'source'>, supports: readonly Capability[]): boolean {
  return (source ?? (supports.includes('Role') ? 'Primary' : 'All')) === 'Primary';
}
