import { StashError } from '../../errors/error.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { roomProblem, STAGE_FREE_SHARE } from '../room.ts';
import { copyData } from './copy.ts';
import { backedUpSize } from './directory.ts';
import { openSource, writtenPosition } from './source.ts';

/** A full physical backup with mariadb-backup into STASH_STAGE. Parameter `parallel`: copying threads. */
export async function physicalBackup(context: FunctionContext): Promise<FunctionResult> {
  const { stage } = context;
  if (stage === undefined) throw new StashError('Internal', 'no STASH_STAGE was given');
  const source = await openSource(context);
  const { datadir, logBin } = source.facts;
  const { all, restored } = await backedUpSize(datadir, logBin);
  const problem = await roomProblem(stage, all, STAGE_FREE_SHARE);
  if (problem !== undefined) throw new StashError('StageFull', `the stage is too small for the data directory ${datadir}: ${problem}`);
  await copyData(context, { stage, defaultsFile: source.server.defaultsFile, expected: all });
  return { position: await writtenPosition(context, stage, source, restored) };
}
