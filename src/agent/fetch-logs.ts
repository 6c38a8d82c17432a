import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { StashError } from '../errors/error.ts';
import { roomProblem } from '../functions/room.ts';
import type { LogSnapshot, OpenRepository } from '../orders/order.ts';
import type { OrderRun } from './order-run.ts';

/** Fetches logs into `directory`, each into one of its own that is named after its place. */
export async function fetchLogs(
  run: OrderRun,
  { repository, logs }: { repository: OpenRepository; logs: readonly LogSnapshot[] },
  directory: string,
  { engine, signal }: { engine: Engine; signal: AbortSignal },
): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 };
  if (logs.length === 0) return total;
  return run.step('fetch logs', async (control) => {
    for (const [at, { id, path }] of logs.entries()) {
      const target = join(directory, placeName(at, logs.length));
      await mkdir(target, { recursive: true, mode: 0o700 });
      control.log(`snapshot ${id.slice(0, 8)} ${path} -> ${target}`);
      const request = { snapshotId: id, path, target, include: [], exclude: [], args: [], delete: false, existing: 'rewrite' as const };
      const own = control.engine(repository);
      const summary = await engine.restore(repository.access, request, { ...own, signal: AbortSignal.any([own.signal, signal]) });
      total.files += summary.filesRestored;
      total.bytes += summary.bytesRestored;
    }
    return total;
  });
}

/** `001`, `002` and so on: whoever reads the directories sorts them by name, however many there are. */
export function placeName(at: number, count: number): string {
  return String(at + 1).padStart(Math.max(3, String(count).length), '0');
}

/** Whether what is to be fetched fits, as far as its size is known. Throws StageFull before anything is fetched. */
export async function checkStageRoom(directory: string, wanted: readonly { bytes?: number }[]): Promise<void> {
  const bytes = wanted.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const problem = await roomProblem(directory, bytes, 0);
  if (problem !== undefined)
    throw new StashError('StageFull', `${directory} has too little room for what is restored: ${problem}; nothing was changed`);
}
