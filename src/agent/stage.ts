import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../errors/error.ts';
import { roomProblem, STAGE_FREE_SHARE } from '../functions/room.ts';
import { renameDurable, writeDurable } from '../process/durable.ts';
import { formatIndex, type IndexLine, type LinkRecord, parseIndex } from '../rules/chain/metadata-index.ts';
import { type LinkManifest, manifestOf } from './link-manifest.ts';
import { dropUnlisted, exists, INDEX, recoverStage } from './stage-recovery.ts';

/**
 * The target's directory on its host: `chain/` (`full/`, `incremental-NNNN/`, `metadata.index`), `next/` while a link or a whole new chain
 * grows, `old/` for the moment between the two renames that swap chains, `state/` (journal, what was stored where). restic always sees the
 * same path, `chain`, and never anything half-written in it: links are moved in when they are complete, and then never change.
 */
export interface Stage {
  readonly directory: string;
  readonly chain: string;
  readonly state: string;
  /** Undefined when that many bytes more fit, else how much does. */
  noRoom(bytes: number): Promise<string | undefined>;
  /** Empties `next/` and returns the directory the new full is to be written into, `next/full.partial`. StageFull when there is no room to begin; how much is needed, the function knows. */
  beginFull(): Promise<string>;
  /** Seals the written link and swaps the new chain in; the old one is gone afterwards. */
  completeFull(line: NewLine): Promise<IndexLine>;
  /** Empties `next/` and returns the directory the next incremental is to be written into, and the one it follows. StageFull as above. */
  beginIncremental(): Promise<{ directory: string; parent: string; position: Record<string, unknown> }>;
  /** Seals the written link, moves it into the chain and gives it its line. */
  completeIncremental(line: NewLine): Promise<IndexLine>;
  /** Empties `next/` and returns it: a whole chain is to be put there, links and index. */
  beginFetch(): Promise<string>;
  /** Swaps in the chain that was put there. */
  completeFetch(): Promise<void>;
  /** Removes what was written of a link that does not count. */
  dropPartial(): Promise<void>;
  /** Removes the chain, for a new one to have room. */
  dropChain(): Promise<void>;
  /** The chain's index; empty when there is no chain. Throws StageUnusable when it cannot be read. */
  index(): Promise<IndexLine[]>;
  /** What a link is made of now; its line says what it was made of. */
  manifest(directory: string): Promise<LinkManifest>;
}

interface NewLine {
  time: string;
  alias: string;
  link: Omit<LinkRecord, 'directory' | 'manifest'>;
}

/** Undefined when that many bytes more fit into the directory, else how much there is. */
type NoRoom = (directory: string, bytes: number) => Promise<string | undefined>;

/** Opens the stage and finishes what a crash interrupted, from the names it finds. No function may be at work in it. */
export async function openStage(directory: string, noRoom: NoRoom = isFull): Promise<Stage> {
  const at = { chain: join(directory, 'chain'), next: join(directory, 'next'), old: join(directory, 'old') };
  const state = join(directory, 'state');
  const partial = (name: string) => join(at.next, `${name}.partial`);
  await makeDirectory(directory);
  await recoverStage(at);
  // What functions of a killed run left there: fetched data, and option files with logins.
  await rm(join(state, 'run'), { recursive: true, force: true });

  const begin = async (name: string) => {
    await rm(at.next, { recursive: true, force: true });
    const problem = await noRoom(directory, 0);
    if (problem !== undefined) throw new StashError('StageFull', `the stage ${directory} is full: ${problem}`);
    await mkdir(partial(name), { recursive: true, mode: 0o700 });
    return partial(name);
  };
  const seal = async (name: string, { time, alias, link }: NewLine): Promise<IndexLine> => {
    const { digest } = await manifestOf(partial(name));
    return { time, alias, link: { ...link, directory: name, manifest: digest } };
  };
  const swap = async () => {
    await rm(at.old, { recursive: true, force: true });
    if (await exists(at.chain)) await renameDurable(at.chain, at.old);
    await renameDurable(at.next, at.chain);
    await rm(at.old, { recursive: true, force: true });
  };
  const index = async () => parseIndex(await readFile(join(at.chain, INDEX), 'utf8').catch(() => ''));

  return {
    directory,
    chain: at.chain,
    state,
    index,
    noRoom: (bytes) => noRoom(directory, bytes),
    beginFull: () => begin('full'),
    completeFull: async (line) => {
      const sealed = await seal('full', line);
      await renameDurable(partial('full'), join(at.next, 'full'));
      await writeDurable(join(at.next, INDEX), formatIndex([sealed]));
      await swap();
      return sealed;
    },
    beginFetch: async () => {
      await rm(at.next, { recursive: true, force: true });
      await mkdir(at.next, { recursive: true, mode: 0o700 });
      return at.next;
    },
    completeFetch: swap,
    beginIncremental: async () => {
      const lines = await index();
      const newest = lines.at(-1);
      if (newest === undefined) throw new StashError('Internal', `an incremental was begun in ${directory}, which has no chain`);
      const parent = join(at.chain, newest.link.directory);
      return { directory: await begin(linkDirectory(lines.length)), parent, position: newest.link.position };
    },
    completeIncremental: async (line) => {
      const lines = await index();
      const sealed = await seal(linkDirectory(lines.length), line);
      await renameDurable(partial(sealed.link.directory), join(at.chain, sealed.link.directory));
      await writeDurable(join(at.chain, INDEX), formatIndex([...lines, sealed]));
      await rm(at.next, { recursive: true, force: true });
      return sealed;
    },
    dropPartial: async () => {
      // A swap that failed half-way: the chain that was there is the one that counts.
      if ((await exists(at.old)) && !(await exists(at.chain))) await renameDurable(at.old, at.chain);
      await rm(at.next, { recursive: true, force: true });
      await dropUnlisted(at.chain);
    },
    dropChain: async () => {
      // Its index first: without that, what is half removed is no chain.
      await rm(join(at.chain, INDEX), { force: true });
      await rm(at.chain, { recursive: true, force: true });
    },
    manifest: (name) => manifestOf(join(at.chain, name)),
  };
}

/** Of a link by its place in the chain: `full`, then `incremental-0001`. */
export function linkDirectory(at: number): string {
  return at === 0 ? 'full' : `incremental-${String(at).padStart(4, '0')}`;
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StashError('StageUnusable', `cannot make the stage directory ${directory}: ${(cause as Error).message}`, { cause });
  }
}

function isFull(directory: string, bytes: number): Promise<string | undefined> {
  return roomProblem(directory, bytes, STAGE_FREE_SHARE);
}
