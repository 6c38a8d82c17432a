import { join } from 'node:path';
import { TAGS, tagText, tagValue } from '../api/names.ts';
import type { Engine, Snapshot } from '../engine/engine.ts';
import { isCode, StashError } from '../errors/error.ts';
import type { BackupPlace, OpenRepository } from '../orders/order.ts';
import type { StoredChain } from '../rules/chain/decide-link.ts';
import type { OrderRun, StepControl } from './order-run.ts';
import { INDEX } from './stage-recovery.ts';
import { type StoredIndex, storedIndex } from './stored-indexes.ts';

/** With where the index of this host's newest chain was found. */
export interface FoundChain extends StoredChain {
  snapshot?: { id: string; path: string; bytes: number | undefined };
}

/** How long a repository may take to answer; one that takes longer forces nothing. Milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Asks every repository, side by side, what it holds of the target's chains: one command each, and a second one only where the newest chain
 * is not the one that this stage stored last.
 */
export async function storedChains(
  run: OrderRun,
  of: { target: string | undefined; host: string; repositories: readonly BackupPlace[]; state: string },
  engine: Engine,
): Promise<FoundChain[]> {
  return run.step('compare', (control) =>
    Promise.all(
      of.repositories.map(async (repository) => {
        const { snapshotId, ...known } = await storedIndex(of.state, repository);
        const name = `Repository ${repository.name}`;
        if (repository.unusable !== undefined)
          return { name, ...known, found: { type: 'Unreachable' as const, why: repository.unusable.message } };
        try {
          const found = await look(repository, { ...of, ...(snapshotId === undefined ? {} : { snapshotId }), known }, engine, control);
          return { name, ...known, ...found };
        } catch (error) {
          if (run.signal.aborted) throw error;
          const why = (error as Error).message;
          control.log(`${name} could not be asked: ${why}`);
          return { name, ...known, found: { type: 'Unreachable' as const, why } };
        }
      }),
    ),
  );
}

async function look(
  repository: OpenRepository,
  of: { target: string | undefined; host: string; snapshotId?: string; known: StoredIndex },
  engine: Engine,
  control: StepControl,
): Promise<Pick<FoundChain, 'found' | 'snapshot'>> {
  const command = control.engine(repository);
  const bounded = { ...command, timeoutMs: Math.min(command.timeoutMs, PATIENCE_MS) };
  const filter = of.target === undefined ? { hosts: [of.host] } : { tags: [tagText(TAGS.target, of.target)] };
  const chains = (await engine.snapshots(repository.access, filter, bounded)).filter(isChain).sort(byTime);
  const newest = chains.at(-1);
  const own = chains.findLast((one) => one.host === of.host);
  const seen = newest === undefined ? {} : { newest: { host: newest.host, time: timeOf(newest) } };
  if (own === undefined) return { found: { type: 'Looked', ...seen } };
  const remembered = own.id === of.snapshotId ? of.known.remembered : undefined;
  const text = remembered ?? (await indexOf(own, repository, engine, bounded));
  return { found: { type: 'Looked', ...seen, own: text }, snapshot: { id: own.id, path: own.paths[0] ?? '', bytes: own.bytesProcessed } };
}

/** The index that a snapshot carries; one without is a chain that nothing fits. */
async function indexOf(
  snapshot: Snapshot,
  { access }: OpenRepository,
  engine: Engine,
  control: Parameters<Engine['load']>[2],
): Promise<string> {
  const [path = ''] = snapshot.paths;
  try {
    return await engine.load(access, { snapshotId: snapshot.id, path: join(path, INDEX) }, control);
  } catch (error) {
    if (isCode(error, 'SnapshotNotFound', 'PathNotFound')) return '';
    throw error instanceof StashError ? error : new StashError('Internal', (error as Error).message, { cause: error });
  }
}

/** Snapshots of other series (logs, records) hold no chain; older ones of ours have no tag of it. */
function isChain({ tags, paths }: Snapshot): boolean {
  if (tagValue(tags, TAGS.series) !== undefined) return false;
  return (
    tagValue(tags, TAGS.chain) !== undefined ||
    (tagValue(tags, TAGS.operation) === 'Full' && paths.length === 1 && /\/chain$/.test(paths[0] ?? ''))
  );
}

/** When its newest link was complete: what was caught up later is no newer for that. */
function timeOf({ tags, time }: Snapshot): string {
  return tagValue(tags, TAGS.linkTime) ?? time;
}

/** Of chains with the same end the snapshot that was made last. */
function byTime(a: Snapshot, b: Snapshot): number {
  return Date.parse(timeOf(a)) - Date.parse(timeOf(b)) || Date.parse(a.time) - Date.parse(b.time);
}
