import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { renameDurable } from '../process/durable.ts';
import { type IndexLine, parseIndex } from '../rules/chain/metadata-index.ts';

interface StagePlaces {
  chain: string;
  next: string;
  old: string;
}

export const INDEX = 'metadata.index';

/**
 * Finishes, from the names it finds, what a crash interrupted: the swap of a new full, or a link that was moved in and has no line yet.
 * A link without a line never counted; a line without its link is never made.
 */
export async function recoverStage(at: StagePlaces): Promise<void> {
  if ((await exists(at.old)) && !(await exists(at.chain))) {
    const nextIsWhole = await exists(join(at.next, INDEX));
    await renameDurable(nextIsWhole ? at.next : at.old, at.chain);
  }
  await rm(at.old, { recursive: true, force: true });
  await rm(at.next, { recursive: true, force: true });
  await dropUnlisted(at.chain);
}

/** Removes what is in the chain and in no line of its index. A chain whose index cannot be read is left as it is: it is not taken for one. */
export async function dropUnlisted(chain: string): Promise<void> {
  const lines = await readLines(chain);
  if (lines === undefined || lines.length === 0) return;
  const listed = new Set([INDEX, ...lines.map(({ link }) => link.directory)]);
  for (const name of await readdir(chain)) if (!listed.has(name)) await rm(join(chain, name), { recursive: true, force: true });
}

async function readLines(chain: string): Promise<IndexLine[] | undefined> {
  try {
    return parseIndex(await readFile(join(chain, INDEX), 'utf8'));
  } catch {
    return undefined;
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
