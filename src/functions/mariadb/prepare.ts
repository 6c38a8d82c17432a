import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { FunctionContext } from '../function.ts';
import { roomProblem } from '../room.ts';
import { replaceConfigurations } from './backup-configuration.ts';
import { backupTool, saysOk, toolFailure } from './backup-tool.ts';
import { directorySize } from './directory.ts';
import { assertWhole, type RecordedChain } from './recorded-chain.ts';

/**
 * Makes one data directory of a fetched chain, in its `full`, and returns that: the incrementals are applied in the order of the index. Throws
 * ChainBroken when a link is missing, surplus or another one than recorded, StageFull when there is no room to grow; the chain is as it was then.
 */
export async function prepareChain(context: FunctionContext, source: string, links: RecordedChain['links']): Promise<string> {
  await assertWhole(source, links);
  const [full = 'full', ...incrementals] = links.map(({ directory }) => join(source, directory));
  await assertRoom(source, incrementals);
  await replaceConfigurations([full, ...incrementals]);
  await prepare(context, [`--target-dir=${full}`]);
  for (const incremental of incrementals) await prepare(context, [`--target-dir=${full}`, `--incremental-dir=${incremental}`]);
  return full;
}

/** Every page of an incremental may be a new one of the full. */
async function assertRoom(source: string, incrementals: readonly string[]): Promise<void> {
  const sizes = await Promise.all(incrementals.map((directory) => directorySize(directory)));
  const growth = sizes.reduce((sum, size) => sum + size, 0);
  const problem = growth === 0 ? undefined : await roomProblem(source, growth, 0);
  if (problem !== undefined) throw new StashError('StageFull', `${source} has too little room to prepare the incrementals: ${problem}`);
}

async function prepare(context: FunctionContext, directories: string[]): Promise<void> {
  const args = ['--no-defaults', '--prepare', ...directories];
  const ended = await backupTool(context, args);
  if (!saysOk(ended)) throw toolFailure(args, ended);
}
