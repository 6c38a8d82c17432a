import { SERIES, TAGS, tagText, tagValue } from '../../api/names.ts';
import { readState } from '../gtid/state.ts';
import { isTagName, tagLink, tagTime } from '../window/tag-values.ts';
import type { LogIndex } from './log-index.ts';

/** The tags of a snapshot of logs. `continues` is empty where no chain is continued. */
export function logTags(
  tags: readonly string[],
  { timeline, files, follows }: LogIndex,
  until: LogIndex['until'],
  continues: string,
): string[] {
  return [
    tagText(TAGS.series, SERIES.log),
    tagText(TAGS.operation, 'Log'),
    ...tags.filter((tag) => !tag.startsWith(`${TAGS.operation}=`)),
    tagText(TAGS.timeline, timeline),
    tagText(TAGS.from, stateText(files[0]?.from ?? '')),
    tagText(TAGS.gtid, stateText(until.gtid)),
    tagText(TAGS.since, files[0]?.created ?? ''),
    tagText(TAGS.until, until.time),
    ...(continues === '' ? [] : [tagText(TAGS.continues, continues)]),
    ...(follows ? [tagText(TAGS.follows, stateText(follows))] : []),
  ];
}

/** What the tags of a snapshot say of the logs in it; `follows` and `continues` are empty where there is none. */
export interface LogSpan {
  timeline: string;
  /** GTID states. */
  from: string;
  gtid: string;
  /** RFC 3339. */
  since: string;
  until: string;
  continues: string;
  follows: string;
}

/** Undefined of what is no snapshot of logs, or does not say what it has to. */
export function logSpan(tags: readonly string[]): LogSpan | undefined {
  if (!isLog(tags)) return undefined;
  const [timeline, since, until] = [tagValue(tags, TAGS.timeline), tagValue(tags, TAGS.since), tagValue(tags, TAGS.until)];
  const [from, gtid] = [tagValue(tags, TAGS.from), tagValue(tags, TAGS.gtid)];
  if (timeline === undefined || since === undefined || until === undefined || from === undefined || gtid === undefined) return undefined;
  const [continues, follows] = [tagValue(tags, TAGS.continues) ?? '', tagValue(tags, TAGS.follows) ?? ''];
  const [followed = '', at, ...rest] = follows.split('@');
  const isSound =
    isTagName(timeline) &&
    [from, gtid, at ?? ''].every((state) => readState(state) !== undefined) &&
    (since === '' || tagTime(since) !== undefined) &&
    tagTime(until) !== undefined &&
    (continues === '' || tagLink(continues) !== undefined) &&
    (follows === '' || (isTagName(followed) && at !== undefined && rest.length === 0));
  if (!isSound) return undefined;
  return { timeline, from: stateOf(from), gtid: stateOf(gtid), since, until, continues, follows: stateOf(follows) };
}

export function isLog(tags: readonly string[]): boolean {
  return tags.includes(tagText(TAGS.series, SERIES.log));
}

/** restic takes a comma for the end of a tag. */
function stateText(state: string): string {
  return state.replaceAll(',', '+');
}

function stateOf(text: string): string {
  return text.replaceAll('+', ',');
}
