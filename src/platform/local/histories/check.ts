import { rmSync } from 'node:fs';
import type { RestoreSession } from '../../../api/restore-session.ts';
import { askRestored } from './restored.ts';
import type { Moment } from './source.ts';
import { tablesOn } from './tables.ts';
import type { World } from './world.ts';

export interface Verdict {
  gtid: string;
  outcome: 'Equal' | 'Refused';
  /** Where it was restored into. */
  directory?: string;
}

/** Restores to the moment and compares every table. Throws when they differ, and when what must be there is refused. */
export async function check(world: World, moment: Moment, must: boolean): Promise<Verdict> {
  const { gtid } = moment;
  const { session, directory } = await world.restore({ gtid });
  if (session.status?.phase === 'Succeeded') {
    const found = await askRestored(directory, tablesOn);
    if (world.source.moments.some((one) => one.gtid === gtid && one.tables === found)) return { gtid, outcome: 'Equal', directory };
    // Of two histories that have it, only the other one is stored.
    if (!must && world.source.isReused(gtid)) return { gtid, outcome: 'Refused', directory };
    throw new Error(`restored to ${gtid} ("${moment.after}"), the tables differ:\n${moment.tables}\nbut restored:\n${found}`);
  }
  const timelines = ambiguous(session);
  if (timelines.length > 0) {
    const { directory: equal, seen } = await onOneOf(world, moment, timelines);
    if (equal !== undefined) return { gtid, outcome: 'Equal', directory: equal };
    if (must) throw new Error(`no timeline has ${gtid} ("${moment.after}"):\n${moment.tables}\nbut they have:\n${seen.join('\n')}`);
    return { gtid, outcome: 'Refused' };
  }
  if (must || !isOutside(session)) throw new Error(`${gtid} after "${moment.after}" was not restored: ${said(session)}`);
  return { gtid, outcome: 'Refused' };
}

/** Each timeline has what was true of it once, which on another may be no moment; where one of them has this one. */
async function onOneOf(world: World, moment: Moment, timelines: readonly string[]): Promise<{ directory?: string; seen: string[] }> {
  const seen: string[] = [];
  for (const timeline of timelines) {
    const { session, directory } = await world.restore({ gtid: moment.gtid }, timeline);
    // One that no backup leads to is named as well.
    if (isOutside(session)) continue;
    if (session.status?.phase !== 'Succeeded') throw new Error(`${moment.gtid} on timeline ${timeline}: ${said(session)}`);
    const found = await askRestored(directory, tablesOn);
    if (found === moment.tables) return { directory, seen };
    rmSync(directory, { recursive: true });
    seen.push(`${timeline}:\n${found}`);
  }
  return { seen };
}

function ambiguous({ status }: RestoreSession): string[] {
  if (status?.reason !== 'PointAmbiguous') return [];
  return [...(status.message ?? '').matchAll(/\b[0-9a-f]{8}\b/g)].map(([timeline]) => timeline);
}

/** No stretch that is stored has it; one that spans its sequence number has another server's transaction there. */
function isOutside({ status }: RestoreSession): boolean {
  return status?.reason === 'PointOutsideWindow' || status?.reason === 'PointNotFound';
}

function said({ status }: RestoreSession): string {
  return `${status?.phase} ${status?.reason}: ${status?.message}`;
}
