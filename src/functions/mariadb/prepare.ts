import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
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
  const { plugins } = await replaceConfigurations([full, ...incrementals]);
  const into = [...(plugins ? await pluginDirectory(context) : []), `--target-dir=${full}`];
  await prepare(context, into);
  for (const incremental of incrementals) await prepare(context, [...into, `--incremental-dir=${incremental}`]);
  return full;
}

/** Every page of an incremental may be a new one of the full. */
async function assertRoom(source: string, incrementals: readonly string[]): Promise<void> {
  const sizes = await Promise.all(incrementals.map((directory) => directorySize(directory)));
  const growth = sizes.reduce((sum, size) => sum + size, 0);
  const problem = growth === 0 ? undefined : await roomProblem(source, growth, 0);
  if (problem !== undefined) throw new StashError('StageFull', `${source} has too little room to prepare the incrementals: ${problem}`);
}

/** The tool has none of its own. */
async function pluginDirectory({ env, signal }: FunctionContext): Promise<string[]> {
  const ended = await run({
    command: 'mariadbd',
    args: ['--no-defaults', '--verbose', '--help'],
    env,
    signal,
    stdoutTailBytes: 1024 * 1024,
  });
  const directory = /^plugin-dir +(\/.*?)\s*$/m.exec(ended.stdoutTail)?.[1];
  return directory === undefined ? [] : [`--plugin-dir=${directory}`];
}

async function prepare(context: FunctionContext, directories: string[]): Promise<void> {
  const args = ['--no-defaults', '--prepare', ...directories];
  let unknown: string | undefined;
  const log = (text: string) => {
    unknown ??= /is compressed with (\w+), which is not currently loaded/.exec(text)?.[1];
    context.log(text);
  };
  const ended = await backupTool({ ...context, log }, args);
  if (unknown !== undefined)
    throw new StashError(
      'ToolMissing',
      `the backup has tables that are compressed with ${unknown}; MariaDB's provider_${unknown} is not installed here`,
      {
        remedy: `Install it (the package mariadb-plugin-provider-${unknown}, for one) where the data is restored.`,
      },
    );
  if (!saysOk(ended)) throw toolFailure(args, ended);
}
