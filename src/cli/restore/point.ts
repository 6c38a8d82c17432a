import type { RestoreSessionSpec } from '../../api/restore-session.ts';
import { StashError } from '../../errors/error.ts';
import { parseGtid } from '../../rules/gtid/state.ts';

interface PointWishes {
  at?: string;
  gtid?: string;
  exclusive?: boolean;
  timeline?: string;
  latest?: boolean;
  snapshot?: string[];
  include?: string[];
  exclude?: string[];
}

/** The point that is meant, as a RestoreSession says it; nothing for the newest. Throws Usage for what is none, or two at once. */
export function pointOf(wishes: PointWishes, now: Date): Pick<RestoreSessionSpec, 'pointInTime' | 'timeline'> {
  const { at, gtid, exclusive, timeline, latest, snapshot = [], include = [], exclude = [] } = wishes;
  const given = [
    ...(at === undefined ? [] : ['--at']),
    ...(gtid === undefined ? [] : ['--gtid']),
    ...(latest === true ? ['--latest'] : []),
    ...(snapshot.length === 0 ? [] : ['--snapshot']),
  ];
  if (given.length > 1) throw new StashError('Usage', `${given.join(' and ')} contradict each other; give one`);
  const isPoint = at !== undefined || gtid !== undefined;
  if (exclusive === true && !isPoint) throw new StashError('Usage', '--exclusive is for --at or --gtid');
  if (timeline !== undefined && snapshot.length > 0) throw new StashError('Usage', '--timeline is for a point, not for --snapshot');
  if ((isPoint || latest === true || timeline !== undefined) && include.length + exclude.length > 0)
    throw new StashError('Usage', 'a database is restored to a point as a whole: --include and --exclude are for files');
  return {
    ...(at === undefined ? {} : { pointInTime: { time: timeOf(at, now), ...(exclusive === true ? { exclusive } : {}) } }),
    ...(gtid === undefined ? {} : { pointInTime: { gtid: gtidOf(gtid), ...(exclusive === true ? { exclusive } : {}) } }),
    ...(timeline === undefined ? {} : { timeline: timelineOf(timeline) }),
  };
}

const TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** In UTC. A time without a zone is refused: the hour that somebody else read into it would be the wrong one. */
function timeOf(text: string, now: Date): string {
  const [, day = '', fraction] = TIME.exec(text) ?? [];
  const time = Date.parse(text);
  // A day that the month does not have is counted on into the next one.
  if (day === '' || Number.isNaN(time) || new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day)
    throw new StashError('Usage', `--at ${text} is no time`, {
      remedy: 'Write it with its zone: 2026-11-22T10:14:59Z, or 2026-11-22T11:14:59+01:00.',
    });
  if (time > now.getTime())
    throw new StashError('Usage', `--at ${text} is in the future (it is ${now.toISOString().slice(0, 19)}Z)`, {
      remedy: 'Use --latest for the newest point there is.',
    });
  const utc = new Date(time).toISOString();
  return fraction === undefined ? `${utc.slice(0, 19)}Z` : utc;
}

function gtidOf(text: string): string {
  const all = text.split(',').map((one) => one.trim());
  const wrong = all.find((one) => parseGtid(one) === undefined);
  if (wrong !== undefined)
    throw new StashError('Usage', `--gtid ${text}: "${wrong}" is no GTID`, {
      remedy: 'It is written DOMAIN-SERVER-SEQUENCE, for instance 0-1-4711.',
    });
  return all.join(',');
}

function timelineOf(text: string): string {
  if (/^[0-9a-f]{8}$/.test(text)) return text;
  throw new StashError('Usage', `--timeline ${text} is no timeline; it has eight digits, for instance 1a2b3c4d`);
}
