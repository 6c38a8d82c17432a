import type { AnyObject } from '../../api/object.ts';

/** Whether a session (of a backup, a restore, or a batch of restores) has come to its end, good or bad. */
export function isFinished(session: AnyObject): boolean {
  return FINAL.has((session.status as { phase?: string } | undefined)?.phase ?? '');
}

const FINAL = new Set(['Succeeded', 'Failed', 'Skipped', 'Invalid']);
