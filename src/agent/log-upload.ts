import { keyText } from '../api/object.ts';
import type { BackupRequest, Engine } from '../engine/engine.ts';
import { asStashError, StashError } from '../errors/error.ts';
import type { LogTask, OpenRepository } from '../orders/order.ts';
import { orderError } from '../orders/order-error.ts';
import type { LogResult, StoredLog, StoredSnapshot } from '../orders/report.ts';
import type { LogIndex } from '../rules/log/log-index.ts';
import { logTags } from '../rules/log/log-tags.ts';
import { afterUpload, type SeriesMemory, uploadsDue } from '../rules/log/uploads.ts';
import { type LogStage, newMemory } from './log-stage.ts';
import type { OrderRun } from './order-run.ts';
import { upload } from './upload.ts';

/** One series as it is staged. */
interface Staged {
  memory: SeriesMemory;
  index: LogIndex;
  directory: string;
  until: LogIndex['until'];
}

/** Stores in each repository of the order what it lacks: of series that ended first. What fails in one does not concern the others. */
export async function uploadLogs(
  run: OrderRun,
  task: LogTask,
  stage: LogStage,
  until: LogIndex['until'] | undefined,
  engine: Engine,
): Promise<Pick<LogResult, 'stored' | 'failed' | 'complete'>> {
  const result: Pick<LogResult, 'stored' | 'failed' | 'complete'> = { stored: [], failed: [], complete: [] };
  for (const repository of task.repositories) {
    const { namespace, name } = repository;
    try {
      for (const timeline of stage.memory.ended.map((one) => one.timeline))
        await uploadSeries(run, task, stage, repository, () => ended(stage, timeline), engine, result.stored);
      await uploadSeries(run, task, stage, repository, () => current(stage, until), engine, result.stored);
      result.complete.push({ namespace, name });
    } catch (thrown) {
      if (run.signal.aborted) throw thrown;
      result.failed.push({ namespace, name, error: orderError(asStashError(thrown)) });
    }
  }
  return result;
}

/** What a snapshot of it would hold: the same mark, the same content. */
export function markOf({ timeline, files }: LogIndex): string {
  const last = files.at(-1);
  return [timeline, last?.file, last?.bytes, last?.closed].join(' ');
}

async function ended(stage: LogStage, timeline: string): Promise<Staged | undefined> {
  const index = await stage.endedIndex(timeline);
  const memory = stage.memory.ended.find((one) => one.timeline === timeline);
  return index && memory && { memory, index, directory: stage.endedDirectory(timeline), until: index.until };
}

async function current(stage: LogStage, until: LogIndex['until'] | undefined): Promise<Staged | undefined> {
  const index = await stage.index();
  if (index === undefined) return undefined;
  const memory = stage.memory.series ?? newMemory(index.timeline);
  return { memory, index, directory: stage.directory, until: until ?? index.until };
}

async function uploadSeries(
  run: OrderRun,
  task: LogTask,
  stage: LogStage,
  repository: OpenRepository,
  read: () => Promise<Staged | undefined>,
  engine: Engine,
  stored: StoredLog[],
): Promise<void> {
  const key = keyText(repository);
  const found = await read();
  if (found === undefined) return;
  const mark = markOf(found.index);
  for (const due of uploadsDue(found.memory, key, mark)) {
    const staged = (await read()) ?? found;
    const request: BackupRequest = {
      host: task.host,
      tags: logTags(task.tags, staged.index, staged.until, due.continues),
      force: false,
      args: [],
      source: { type: 'paths', paths: [staged.directory], exclude: [] },
    };
    const step = `upload ${repository.name}${due.closing ? ' closing' : ''}`;
    const snapshot = await upload(run, repository, request, engine, step);
    stored.push(logOf(snapshot));
    const [unreadable] = snapshot.unreadable;
    if (unreadable !== undefined) throw new StashError('PartialRead', `${unreadable.item}: ${unreadable.message}`);
    await stage.remember(afterUpload(staged.memory, key, mark, due));
  }
}

function logOf({ repository, snapshotId, totalBytes, storedBytes, seconds, unreadable }: StoredSnapshot): StoredLog {
  const log = { repository, snapshotId, totalBytes, storedBytes, seconds };
  return unreadable.length === 0 ? log : { ...log, incomplete: true };
}
