import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { renameDurable, writeDurable } from '../process/durable.ts';
import type { IndexLine } from '../rules/chain/metadata-index.ts';
import { type BinlogIdentity, formatLogIndex, type LogIndex, parseLogIndex, timelineOf } from '../rules/log/log-index.ts';
import { afterCut, type SeriesMemory } from '../rules/log/uploads.ts';
import type { Stage } from './stage.ts';
import { exists } from './stage-recovery.ts';

/** Why the newest series was begun, where there was one before it. */
interface SeriesBreak {
  reason: string;
  message: string;
  /** RFC 3339. */
  time: string;
  /** GTID state that the series before came to. */
  from: string;
  /** Its last file. */
  last?: BinlogIdentity;
}

interface Memory {
  series?: SeriesMemory;
  /** Series that ended and of which some repository lacks something; each is in `ended/TIMELINE`. */
  ended: SeriesMemory[];
  break?: SeriesBreak;
}

/** The logs of a stage: `log/` (the series that goes on), `ended/TIMELINE/` (those that wait for a repository), `state/log.json`. */
export interface LogStage {
  /** Of the series that goes on, whether there is one or not. */
  readonly directory: string;
  readonly memory: Readonly<Memory>;
  index(): Promise<LogIndex | undefined>;
  /** There is a log.index, and it is not as one is written. */
  damaged(): Promise<boolean>;
  endedDirectory(timeline: string): string;
  endedIndex(timeline: string): Promise<LogIndex | undefined>;
  /** Remembers a series, the one that goes on or one that ended. */
  remember(series: SeriesMemory): Promise<void>;
  /** The series goes on no more: it is kept apart until `forget`. A damaged one goes at once. */
  end(why: Omit<SeriesBreak, 'from' | 'last'>): Promise<void>;
  forget(timeline: string): Promise<void>;
  /** Removes the first `count` files of the series that goes on. */
  cut(count: number): Promise<void>;
}

/** Opens it and finishes what a crash interrupted. One at a time may have it open. */
export async function openLogStage(stage: Pick<Stage, 'directory' | 'state'>): Promise<LogStage> {
  const directory = join(stage.directory, 'log');
  const endedDirectory = (timeline: string) => join(stage.directory, 'ended', timeline);
  const file = join(stage.state, 'log.json');
  let memory = readMemory(await readFile(file, 'utf8').catch(() => ''));
  const save = async (next: Memory) => {
    await writeDurable(file, JSON.stringify(next));
    memory = next;
  };
  /** Another one for a series that waits already under the same: earlier versions began two with the same file. */
  const freeTimeline = async ({ timeline, files: [first] }: LogIndex) => {
    let free = timeline;
    for (let count = 1; first !== undefined && (await exists(endedDirectory(free))); count++) free = timelineOf(first, `again ${count}`);
    return free;
  };
  const moveEnded = async () => {
    const staged = await readIndex(directory);
    if (staged === undefined || !memory.ended.some(({ timeline }) => timeline === staged.timeline)) return;
    await mkdir(join(stage.directory, 'ended'), { recursive: true, mode: 0o700 });
    const timeline = await freeTimeline(staged);
    if (timeline !== staged.timeline) {
      const { continued } = memory.ended.find((one) => one.timeline === staged.timeline) ?? newMemory(timeline);
      await save({ ...memory, ended: [...memory.ended, { ...newMemory(timeline), continued }] });
      await writeDurable(join(directory, 'log.index'), formatLogIndex({ ...staged, timeline }));
    }
    await renameDurable(directory, endedDirectory(timeline));
  };
  const index = () => readIndex(directory);
  await moveEnded();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await tidy(directory);
  return {
    directory,
    get memory() {
      return memory;
    },
    index,
    damaged: async () => (await index()) === undefined && (await exists(join(directory, 'log.index'))),
    endedDirectory,
    endedIndex: (timeline) => readIndex(endedDirectory(timeline)),
    remember: (series) =>
      memory.ended.some(({ timeline }) => timeline === series.timeline)
        ? save({ ...memory, ended: memory.ended.map((one) => (one.timeline === series.timeline ? series : one)) })
        : save({ ...memory, series }),
    end: async ({ reason, message, time }) => {
      const staged = await index();
      if (staged === undefined && !(await exists(join(directory, 'log.index')))) return;
      if (staged === undefined) {
        await save({ ended: memory.ended, break: { reason, message, time, from: '' } });
        await rm(directory, { recursive: true, force: true });
        await mkdir(directory, { recursive: true, mode: 0o700 });
        return;
      }
      const { series = newMemory(staged.timeline), ended } = memory;
      const known = series.timeline === staged.timeline ? series : newMemory(staged.timeline);
      const broken = reason === 'StageDamaged';
      const rest = ended.filter(({ timeline }) => timeline !== staged.timeline);
      const [last] = staged.files.slice(-1).map(({ serverId, created, from }) => ({ serverId, created, from }));
      const why = { reason, message, time, from: staged.until.gtid, ...(last === undefined ? {} : { last }) };
      await save({ ended: broken ? rest : [...rest, known], break: why });
      if (broken) await rm(directory, { recursive: true, force: true });
      else await moveEnded();
      await mkdir(directory, { recursive: true, mode: 0o700 });
    },
    forget: async (timeline) => {
      await rm(endedDirectory(timeline), { recursive: true, force: true });
      await save({ ...memory, ended: memory.ended.filter((one) => one.timeline !== timeline) });
    },
    cut: async (count) => {
      const staged = await index();
      if (staged === undefined || memory.series === undefined) return;
      if (count > 0) await writeDurable(join(directory, 'log.index'), formatLogIndex({ ...staged, files: staged.files.slice(count) }));
      await save({ ...memory, series: afterCut(memory.series) });
      await tidy(directory);
    },
  };
}

export function newMemory(timeline: string): SeriesMemory {
  return { timeline, continued: [], stored: {} };
}

const SWAP_MS = 2_000;

/** The chain that is staged now; waits for the moment between the two renames of a swap to pass. */
export async function readChain(stage: Pick<Stage, 'directory' | 'chain' | 'index'>): Promise<IndexLine[]> {
  for (let waited = 0; ; waited += 20) {
    const lines = await stage.index().catch(() => []);
    const swapping = lines.length === 0 && (await exists(join(stage.directory, 'old')));
    if (!swapping || waited >= SWAP_MS) return lines;
    await delay(20);
  }
}

async function readIndex(directory: string): Promise<LogIndex | undefined> {
  return parseLogIndex(await readFile(join(directory, 'log.index'), 'utf8').catch(() => ''));
}

/** What a run that was killed had begun and no index knows is not stored. */
async function tidy(directory: string): Promise<void> {
  const known = new Set((await readIndex(directory))?.files.map(({ file }) => basename(file)));
  for (const name of await readdir(join(directory, 'binlog')).catch(() => []))
    if (!known.has(name)) await rm(join(directory, 'binlog', name), { force: true });
}

function readMemory(text: string): Memory {
  try {
    const memory = JSON.parse(text) as Partial<Memory>;
    return { ...memory, ended: memory.ended ?? [] };
  } catch {
    return { ended: [] };
  }
}
