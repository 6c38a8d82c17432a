import type { OperationPerformed } from '../../api/backup-target-status.ts';

/** `Full`, or `Full (asked for Incremental: NoSnapshot)` where something else ran than was asked for. */
export function operationText(operation: OperationPerformed | undefined): string | undefined {
  if (operation === undefined) return undefined;
  const { requested, performed, reason } = operation;
  if (performed === undefined) return reason === undefined ? requested : `none: ${reason}`;
  if (requested === undefined || requested === performed) return performed;
  return `${performed} (asked for ${requested}${reason === undefined ? '' : `: ${reason}`})`;
}
