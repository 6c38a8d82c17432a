import { TAGS, tagValue } from '../../api/names.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { formatState, readState } from '../../rules/gtid/state.ts';
import type { Invoker } from '../../rules/invoker.ts';
import { isLog, logSpan } from '../../rules/log/log-tags.ts';
import { type KeptChain, removableLogs, type StoredLogs } from '../../rules/log/retention.ts';
import type { RecordEntry } from '../../rules/records.ts';
import { concernedWith } from './policies.ts';

/**
 * Which of the recorded snapshots of logs may go, target by target, given what stays of the others. None of a target for which some policy
 * is a dry run. What does not say what it holds is left alone.
 */
export function removableLogSnapshots(
  staying: readonly Snapshot[],
  entries: readonly RecordEntry[],
  invokers: readonly Invoker[],
): string[] {
  const recorded = new Map(entries.map((entry) => [entry.id, entry]));
  const dry = (entry: RecordEntry) => concernedWith(entry, invokers).some(({ retention }) => retention?.dryRun === true);
  const logs = staying.filter(({ id, tags }) => {
    const entry = recorded.get(id);
    return isLog(tags) && entry !== undefined && !dry(entry);
  });
  const targets = Map.groupBy(logs, ({ tags }) => tagValue(tags, TAGS.target) ?? '');
  return [...targets].flatMap(([target, some]) => {
    const chains = staying.filter(({ tags }) => tagValue(tags, TAGS.target) === target).flatMap(keptChain);
    return removableLogs(some.flatMap(storedLogs), chains);
  });
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
