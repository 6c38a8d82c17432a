import { asStashError, StashError } from '../errors/error.ts';
import type { BackupTask, OpenRepository } from '../orders/order.ts';
import type { StagedChain } from '../rules/chain/decide-link.ts';
import { type IndexLine, parseIndex } from '../rules/chain/metadata-index.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';
import { stagedChain } from './staged-chain.ts';
import type { FoundChain } from './stored-chains.ts';
import { rememberStored } from './stored-indexes.ts';

/**
 * Brings the newest stored chain of this host back into a stage that was lost (`chain.onLostStage: Refetch`), file by file as it was sealed.
 * What it comes to is told in `note`; the stage is as it was where that failed, and a full mends it.
 */
export async function refetch(
  run: OrderRun,
  task: BackupTask,
  stored: readonly FoundChain[],
  tools: Tools,
): Promise<{ staged?: StagedChain; note: string }> {
  const newest = newestOwn(task, stored);
  if (newest === undefined) return { note: 'no repository that answers holds a chain to fetch' };
  const { repository, snapshot, text } = newest;
  try {
    const problem = await tools.stage.noRoom(snapshot.bytes ?? 0);
    if (problem !== undefined) throw new StashError('StageFull', problem);
    const target = await tools.stage.beginFetch();
    const request = { snapshotId: snapshot.id, path: snapshot.path, target, include: [], exclude: [], delete: false, args: [] };
    await run.step('fetch chain', (control) => tools.engine.restore(repository.access, request, control.engine(repository)));
    await tools.stage.completeFetch();
    const staged = await stagedChain(tools.stage, task.host);
    if (!staged.sound) return { staged, note: `what was fetched from Repository ${repository.name} is not whole: ${staged.message}` };
    await rememberStored(tools.stage.state, repository, text, snapshot.id);
    return { staged, note: `it was fetched from Repository ${repository.name}, snapshot ${snapshot.id.slice(0, 8)}` };
  } catch (error) {
    if (run.signal.aborted) throw error;
    await tools.stage.dropPartial();
    return { note: `it could not be fetched from Repository ${repository.name}: ${asStashError(error).message}` };
  }
}

interface OwnChain {
  repository: OpenRepository;
  snapshot: NonNullable<FoundChain['snapshot']>;
  text: string;
  end: string;
}

/** The one that ends last; the others are behind it, or differ, which is found out afterwards. */
function newestOwn(task: BackupTask, stored: readonly FoundChain[]): OwnChain | undefined {
  const own = stored.flatMap(({ found, snapshot }, at): OwnChain[] => {
    const repository = task.repositories[at];
    if (repository === undefined || snapshot === undefined || found.type !== 'Looked' || found.own === undefined) return [];
    const end = linesOf(found.own).at(-1)?.time;
    return end === undefined ? [] : [{ repository, snapshot, text: found.own, end }];
  });
  return own.sort((a, b) => Date.parse(b.end) - Date.parse(a.end))[0];
}

function linesOf(text: string): IndexLine[] {
  try {
    return parseIndex(text);
  } catch {
    return [];
  }
}
