import { lstat, realpath } from 'node:fs/promises';
import type { BackupRequest, Engine } from '../engine/engine.ts';
import { asStashError, StashError } from '../errors/error.ts';
import type { FunctionResult } from '../functions/contract.ts';
import type { BackupPlace, BackupTask, OpenRepository } from '../orders/order.ts';
import { orderError } from '../orders/order-error.ts';
import type { BackupResult, StoredSnapshot } from '../orders/report.ts';
import type { OrderRun } from './order-run.ts';

/** Stores one snapshot in a repository, as a step of the order. */
export async function upload(
  run: OrderRun,
  repository: OpenRepository,
  request: BackupRequest,
  engine: Engine,
  step = `upload ${repository.name}`,
): Promise<StoredSnapshot> {
  const summary = await run.step(step, (control) => engine.backup(repository.access, request, control.engine(repository)));
  return {
    repository: { namespace: repository.namespace, name: repository.name },
    snapshotId: summary.snapshotId,
    paths: request.source.type === 'paths' ? request.source.paths : [`/${request.source.fileName}`],
    totalBytes: summary.bytesProcessed,
    storedBytes: summary.bytesStored,
    seconds: summary.seconds,
    files: { total: summary.filesTotal, new: summary.filesNew, modified: summary.filesChanged, unmodified: summary.filesUnmodified },
    unreadable: summary.unreadable,
  };
}

/** Stores the same in each repository of the order. What fails in one does not concern the others. */
export async function storeEach(
  run: OrderRun,
  { repositories }: BackupTask,
  request: BackupRequest,
  engine: Engine,
): Promise<Pick<BackupResult, 'stored' | 'failed'>> {
  if (request.source.type === 'paths') await refuseLinks(request.source.paths);
  return inEach(run, repositories, (repository) => upload(run, repository, request, engine));
}

/** Failures are told by repository; a stop ends it all. */
export async function inEach(
  run: OrderRun,
  repositories: readonly BackupPlace[],
  store: (repository: OpenRepository) => Promise<StoredSnapshot>,
): Promise<Pick<BackupResult, 'stored' | 'failed'>> {
  const result: Pick<BackupResult, 'stored' | 'failed'> = { stored: [], failed: [] };
  for (const repository of repositories) {
    const { namespace, name, unusable } = repository;
    if (unusable !== undefined) {
      result.failed.push({ namespace, name, error: unusable });
      continue;
    }
    try {
      result.stored.push(await store(repository));
    } catch (thrown) {
      if (run.signal.aborted) throw thrown;
      result.failed.push({ namespace, name, error: orderError(asStashError(thrown)) });
    }
  }
  return result;
}

/** What a function named to be stored; undefined when that is up to its Function's `source`. */
export function sourceOf({ upload }: FunctionResult): BackupRequest['source'] | undefined {
  if (upload === undefined || 'stage' in upload) return undefined;
  if ('paths' in upload) return { type: 'paths', paths: upload.paths, exclude: upload.exclude ?? [] };
  return { type: 'command', command: upload.command, fileName: upload.fileName, env: {} };
}

/** The engine stores a link as a link: named as a path, it would be a backup of nothing. Links below a path are stored as they are. */
async function refuseLinks(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink() !== true) continue;
    const to = await realpath(path).catch(() => 'nothing');
    throw new StashError('PathIsLink', `${path} is a symbolic link to ${to}: only the link would be stored`);
  }
}
