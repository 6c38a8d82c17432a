import { TAGS, tagValue } from '../../api/names.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { formatState, readState } from '../../rules/gtid/state.ts';
import type { Invoker } from '../../rules/invoker.ts';
import { isLog, logSpan } from '../../rules/log/log-tags.ts';
import { type KeptChain, removableLogs, type StoredLogs } from '../../rules/log/retention.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { concernedWith } from './policies.ts';

/** The clocks of a server and of its agent may differ by so much. */
const CLOCKS_APART_MS = 10 * 60_000;

/**
 * Which of the recorded snapshots of logs may go, target by target, given what stays of the others. None of a target for which some policy
 * is a dry run. What does not say what it holds, or says something else than its record, is left alone and keeps no other from staying.
 */
export function removableLogSnapshots(
  staying: readonly Snapshot[],
  entries: readonly RecordEntry[],
  invokers: readonly Invoker[],
): string[] {
  const recorded = new Map(entries.map((entry) => [entry.id, entry]));
  const dry = (entry: RecordEntry) => concernedWith(entry, invokers).some(({ retention }) => retention?.dryRun === true);
  const logs = staying.filter((one) => {
    const entry = recorded.get(one.id);
    return isLog(one.tags) && entry !== undefined && isAsRecorded(one, entry) && !dry(entry);
  });
  const targets = Map.groupBy(logs, ({ tags }) => tagValue(tags, TAGS.target) ?? '');
  return [...targets].flatMap(([target, some]) => {
    const chains = staying.filter(({ tags }) => tagValue(tags, TAGS.target) === target).flatMap(keptChain);
    return removableLogs(some.flatMap(storedLogs), chains);
  });
}

/** Tags are written by whoever can write to the repository; what they say beyond the record must not let the logs of others go. */
function isAsRecorded({ host, tags }: Snapshot, entry: RecordEntry): boolean {
  const isTarget = entry.target === '' || entry.target === tagValue(tags, TAGS.target);
  const isLater = Date.parse(tagValue(tags, TAGS.until) ?? '') > Date.parse(entry.time) + CLOCKS_APART_MS;
  return entry.complete && isTarget && entry.host === host && !isLater;
}

function storedLogs({ id, host, tags }: Snapshot): StoredLogs[] {
  const span = logSpan(tags);
  return span === undefined ? [] : [{ id, host, ...span }];
}

/** Also one that nobody has recorded. Of one that does not say where it ends, the logs that continue it are kept. */
function keptChain({ host, tags }: Snapshot): KeptChain[] {
  const chain = tagValue(tags, TAGS.chain);
  const state = readState(tagValue(tags, TAGS.gtid) ?? '');
  return chain === undefined ? [] : [{ chain, host, gtid: formatState(state ?? new Map()) }];
}
