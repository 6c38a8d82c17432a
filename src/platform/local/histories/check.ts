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
  if (session.status?.phase === 'Succeeded') return { gtid, outcome: 'Equal', directory: await compared(world, moment, directory) };
  const timelines = ambiguous(session);
  if (timelines.length > 0) return { gtid, outcome: 'Equal', directory: await onOneOf(world, moment, timelines) };
  if (must || !isOutside(session)) throw new Error(`${moment.gtid} after "${moment.after}" was not restored: ${said(session)}`);
  return { gtid, outcome: 'Refused' };
}

async function compared(world: World, moment: Moment, directory: string): Promise<string> {
  const found = await askRestored(directory, tablesOn);
  // The same GTID was given twice where a history was left behind: then one of the moments is meant.
  const moments = world.source.moments.filter((one) => one.gtid === moment.gtid);
  if (!moments.some((one) => one.tables === found))
    throw new Error(`restored to ${moment.gtid} ("${moment.after}"), the tables differ:\n${moment.tables}\nbut restored:\n${found}`);
  return directory;
}

/** On two timelines each is what was true of it once. */
async function onOneOf(world: World, moment: Moment, timelines: readonly string[]): Promise<string> {
  let last = '';
  const seen = new Set<string>();
  for (const timeline of timelines) {
    const { session, directory } = await world.restore({ gtid: moment.gtid }, timeline);
    if (session.status?.phase !== 'Succeeded') throw new Error(`${moment.gtid} on timeline ${timeline}: ${said(session)}`);
    last = await compared(world, moment, directory);
    seen.add(await askRestored(directory, tablesOn));
  }
  if (!seen.has(moment.tables)) throw new Error(`${moment.gtid} ("${moment.after}") is on none of the timelines ${timelines.join(', ')}`);
  return last;
}

function ambiguous({ status }: RestoreSession): string[] {
  if (status?.reason !== 'PointAmbiguous') return [];
  return [...(status.message ?? '').matchAll(/\b[0-9a-f]{8}\b/g)].map(([timeline]) => timeline);
}

function isOutside({ status }: RestoreSession): boolean {
  return status?.reason === 'PointOutsideWindow';
}

function said({ status }: RestoreSession): string {
  return `${status?.phase} ${status?.reason}: ${status?.message}`;
}
