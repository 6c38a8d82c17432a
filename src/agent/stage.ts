import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../errors/error.ts';
import { roomProblem, STAGE_FREE_SHARE } from '../functions/room.ts';
import { formatIndex, type IndexLine, type LinkRecord, parseIndex } from '../rules/chain/metadata-index.ts';
import { renameDurable, writeDurable } from './durable.ts';

/**
 * The target's directory on its host: `chain/` (`full/`, later `incremental-NNNN/`, `metadata.index`), `next/` while a new chain grows,
 * `old/` for the moment between the two renames that swap them, `state/` (journal). restic always sees the same path, `chain`.
 */
export interface Stage {
  readonly directory: string;
  readonly chain: string;
  readonly state: string;
  /** Empties `next/` and returns the directory the new full is to be written into, `next/full.partial`. StageFull when there is no room to begin; how much is needed, the function knows. */
  beginFull(): Promise<string>;
  /** Seals the written link and swaps the new chain in; the old one is gone afterwards. */
  completeFull(line: { time: string; alias: string; link: Omit<LinkRecord, 'directory' | 'manifest'> }): Promise<IndexLine>;
  /** Removes what was written of a link that does not count. */
  dropPartial(): Promise<void>;
  /** The chain's index; empty when there is no chain. */
  index(): Promise<IndexLine[]>;
}

/** Opens the stage and finishes a swap that a crash interrupted, from the names it finds. No function may be at work in it. */
export async function openStage(directory: string, noRoom: (directory: string) => Promise<string | undefined> = isFull): Promise<Stage> {
  const at = { chain: join(directory, 'chain'), next: join(directory, 'next'), old: join(directory, 'old') };
  const partial = join(at.next, 'full.partial');
  const full = join(at.next, 'full');
  const state = join(directory, 'state');
  await makeDirectory(directory);
  await recover(at);
  // What functions of a killed run left there: fetched data, and option files with logins.
  await rm(join(state, 'run'), { recursive: true, force: true });
  return {
    directory,
    chain: at.chain,
    state,
    beginFull: async () => {
      await rm(at.next, { recursive: true, force: true });
      const problem = await noRoom(directory);
      if (problem !== undefined) throw new StashError('StageFull', `the stage ${directory} is full: ${problem}`);
      await mkdir(partial, { recursive: true, mode: 0o700 });
      return partial;
    },
    completeFull: async ({ time, alias, link }) => {
      const sealed: IndexLine = { time, alias, link: { ...link, directory: 'full', manifest: await manifestOf(partial) } };
      await renameDurable(partial, full);
      await writeDurable(join(at.next, 'metadata.index'), formatIndex([sealed]));
      if (await exists(at.chain)) await renameDurable(at.chain, at.old);
      await renameDurable(at.next, at.chain);
      await rm(at.old, { recursive: true, force: true });
      return sealed;
    },
    dropPartial: async () => {
      // A swap that failed half-way: the chain that was there is the one that counts.
      if ((await exists(at.old)) && !(await exists(at.chain))) await renameDurable(at.old, at.chain);
      await rm(at.next, { recursive: true, force: true });
    },
    index: async () => parseIndex(await readFile(join(at.chain, 'metadata.index'), 'utf8').catch(() => '')),
  };
}

async function recover(at: { chain: string; next: string; old: string }): Promise<void> {
  if ((await exists(at.old)) && !(await exists(at.chain))) {
    const nextIsWhole = await exists(join(at.next, 'metadata.index'));
    await renameDurable(nextIsWhole ? at.next : at.old, at.chain);
  }
  await rm(at.old, { recursive: true, force: true });
  await rm(at.next, { recursive: true, force: true });
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StashError('StageUnusable', `cannot make the stage directory ${directory}: ${(cause as Error).message}`, { cause });
  }
}

function isFull(directory: string): Promise<string | undefined> {
  return roomProblem(directory, 0, STAGE_FREE_SHARE);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function manifestOf(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  const lines = await Promise.all(files.map(async (file) => `${(await stat(file)).size} ${file.slice(directory.length + 1)}\n`));
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}
