import { keyText } from '../api/object.ts';
import type { BackupTask, OpenRepository } from '../orders/order.ts';
import type { BackupResult, StoredSnapshot } from '../orders/report.ts';
import { chainTags } from '../rules/chain/chain-tags.ts';
import { formatIndex } from '../rules/chain/metadata-index.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';
import { rememberStored, rememberStoring } from './stored-indexes.ts';
import { inEach, upload } from './upload.ts';

/**
 * Stores the whole staged chain in each repository; restic sends only what one does not have, so that one that was away has everything
 * again. Those that did not answer before come last.
 */
export async function storeChain(
  run: OrderRun,
  task: BackupTask,
  unreachable: ReadonlySet<string>,
  tools: Tools,
): Promise<Pick<BackupResult, 'stored' | 'failed'>> {
  const late = (one: OpenRepository) => Number(unreachable.has(keyText(one)));
  const inTurn = task.repositories.toSorted((a, b) => late(a) - late(b));
  return inEach(run, inTurn, (repository) => storeIn(run, task, repository, tools));
}

/** Stores the staged chain in one repository, and remembers that. */
export async function storeIn(
  run: OrderRun,
  task: BackupTask,
  repository: OpenRepository,
  { engine, stage }: Tools,
  step?: string,
): Promise<StoredSnapshot> {
  const lines = await stage.index();
  const text = formatIndex(lines);
  const source = { type: 'paths' as const, paths: [stage.chain], exclude: [] };
  const request = { host: task.host, tags: chainTags(task.tags, lines), force: false, args: task.args, source };
  await rememberStoring(stage.state, repository, text);
  const stored = await upload(run, repository, request, engine, step);
  // An incomplete snapshot is not what another link can rest on: the next upload stores everything again.
  if (stored.unreadable.length === 0) await rememberStored(stage.state, repository, text, stored.snapshotId);
  return stored;
}
