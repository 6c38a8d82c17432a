import { TAGS, tagValue } from '../api/names.ts';
import { asStashError, StashError } from '../errors/error.ts';
import type { BackupTask, OpenRepository } from '../orders/order.ts';
import type { StoredSnapshot } from '../orders/report.ts';
import { isBeginning, type StagedChain, type StoredChain } from '../rules/chain/decide-link.ts';
import { parseIndex } from '../rules/chain/metadata-index.ts';
import type { Tools } from './backup.ts';
import type { OrderRun } from './order-run.ts';
import { storeIn } from './store-chain.ts';
import { storedChains } from './stored-chains.ts';
import { storedIndex } from './stored-indexes.ts';

/** The chain that a new full replaces. */
export interface OldChain {
  /** What it stored where it was not complete, so far. */
  readonly caughtUp: StoredSnapshot[];
  /** What people should know of it. */
  readonly notes: string[];
  /** Stores it in the repositories that can be reached and lack links of it; once. */
  catchUp(): Promise<void>;
  /** Removes it if nothing is lost by that, since the stage has no room beside it; else says why it stays. */
  giveUp(why: string): Promise<string | undefined>;
}

/** `stored`: what the repositories were found to hold, where they were asked. A chain that was found wrong is not stored any more. */
export function oldChain(
  run: OrderRun,
  task: BackupTask,
  old: { staged: StagedChain; stored: readonly StoredChain[] | undefined; wrong: boolean },
  tools: Tools,
): OldChain {
  const { staged } = old;
  const caughtUp: StoredSnapshot[] = [];
  const notes: string[] = [];
  let done = false;

  const catchUp = async () => {
    if (done || !staged.sound || old.wrong || isFirstAttempt(staged.text, task)) return;
    done = true;
    for (const [at, repository] of task.repositories.entries()) {
      const lacking = await lackingIn(repository, staged.text, old.stored?.[at], tools.stage.state);
      if (lacking === undefined) continue;
      try {
        const away = lacking.away ?? repository.unusable?.message;
        if (away !== undefined) throw new StashError('StorageUnreachable', away);
        caughtUp.push(await storeIn(run, task, repository, tools, `catch up ${repository.name}`));
      } catch (error) {
        if (run.signal.aborted) throw error;
        notes.push(`Repository ${repository.name} does not have ${lacking.links} of the chain before: ${asStashError(error).message}`);
      }
    }
  };

  const without = async (): Promise<string[]> => {
    if (!staged.sound) return [];
    const of = { target: tagValue(task.tags, TAGS.target), host: task.host, repositories: task.repositories, state: tools.stage.state };
    const now = await storedChains(run, of, tools.engine);
    return now.filter(({ found }) => found.type === 'Unreachable' || found.own !== staged.text).map(({ name }) => name);
  };

  return {
    caughtUp,
    notes,
    catchUp,
    giveUp: async (why) => {
      if (!staged.sound && staged.empty) return 'there is no other chain in the stage';
      await catchUp();
      const lacking = await without();
      if (lacking.length > 0) return `the staged chain stays, since ${lacking.join(' and ')} does not hold it`;
      await tools.stage.dropChain();
      const safe = staged.sound ? 'which every repository holds' : 'which was damaged';
      notes.push(`the stage has no room for two chains (${why}): the old one, ${safe}, was removed before the full`);
      return undefined;
    },
  };
}

/** A full of the same session, whose agent was lost before it could be stored: the one that is made now stands for it. */
function isFirstAttempt(text: string, { tags }: BackupTask): boolean {
  const [full, ...more] = parseIndex(text);
  return more.length === 0 && full?.link.session !== undefined && full.link.session === tagValue(tags, TAGS.session);
}

/** What of the staged chain a repository lacks, and why it cannot be brought there; undefined when it has all, or holds something else. */
async function lackingIn(
  repository: OpenRepository,
  text: string,
  stored: StoredChain | undefined,
  state: string,
): Promise<{ links: string; away?: string } | undefined> {
  const known = stored ?? (await storedIndex(state, repository));
  const found = stored?.found;
  const own = found?.type === 'Looked' ? found.own : known.remembered;
  if (own === text) return undefined;
  if (found?.type === 'Looked') {
    const foreign =
      own === undefined ? known.remembered !== undefined : !isBeginning(own, text) && own !== known.remembered && own !== known.storing;
    if (foreign) return undefined;
  }
  const has = own !== undefined && isBeginning(own, text) ? parseIndex(own).length : 0;
  const links = parseIndex(text)
    .slice(has)
    .map(({ link }) => link.directory)
    .join(', ');
  return found?.type === 'Unreachable' ? { links, away: found.why } : { links };
}
