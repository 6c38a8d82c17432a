import { chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Left in a data directory by the restore that made it: logs that begin with exactly this state, after this time, go on from that timeline
 * at that state. Nothing else could tell, since the server counts GTIDs on from there that the timeline may have, too.
 */
export interface RestoredMark {
  /** RFC 3339: the server was not running then. */
  time: string;
  /** GTID state. */
  gtid: string;
  /** Of the logs that lead to the state; absent where none were known to. */
  timeline?: string;
}

const NAME = 'stash-restored.json';

export async function markRestored(directory: string, mark: RestoredMark, owner: { uid: number; gid: number }): Promise<void> {
  const file = join(directory, NAME);
  await writeFile(file, `${JSON.stringify(mark)}\n`, { mode: 0o640 });
  if (process.getuid?.() === 0) await chown(file, owner.uid, owner.gid);
}

/** Undefined where the data directory was not restored by us, or the mark is not as one is written. */
export async function restoredMark(datadir: string): Promise<RestoredMark | undefined> {
  const text = await readFile(join(datadir, NAME), 'utf8').catch(() => '');
  try {
    const { time, gtid, timeline } = JSON.parse(text) as Partial<RestoredMark>;
    if (typeof time !== 'string' || Number.isNaN(Date.parse(time)) || typeof gtid !== 'string') return undefined;
    return { time, gtid, ...(typeof timeline === 'string' && /^[0-9a-f]{8}$/.test(timeline) ? { timeline } : {}) };
  } catch {
    return undefined;
  }
}
