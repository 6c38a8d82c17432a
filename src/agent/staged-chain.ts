import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedChain } from '../rules/chain/decide-link.ts';
import { type IndexLine, parseIndex } from '../rules/chain/metadata-index.ts';
import { linkDirectory, type Stage } from './stage.ts';
import { exists, INDEX } from './stage-recovery.ts';

/**
 * What the stage holds, looked at file by file: lost or cut files, a foreign or unreadable index are no chain to go on with. Never throws:
 * whatever is wrong with it, a new full mends it.
 */
export async function stagedChain(stage: Stage, host: string): Promise<StagedChain> {
  try {
    return await look(stage, host);
  } catch (error) {
    return unfit('FullMissing', `the staged chain cannot be read: ${(error as Error).message}`);
  }
}

async function look(stage: Stage, host: string): Promise<StagedChain> {
  if (!(await exists(stage.chain)))
    return { sound: false, empty: true, reason: 'FullMissing', message: `there is no full in the stage ${stage.directory}` };
  const text = await readFile(join(stage.chain, INDEX), 'utf8').catch(() => '');
  if (text === '') return unfit('FullMissing', `the stage ${stage.directory} has no ${INDEX}`);
  const parsed = readIndex(text);
  if (typeof parsed === 'string') return unfit('IndexMismatch', parsed);
  const wrong = wrongLine(parsed, host);
  if (wrong !== undefined) return unfit('IndexMismatch', wrong);
  const bytes: number[] = [];
  for (const { link } of parsed) {
    const { digest, bytes: size } = await stage.manifest(link.directory).catch(() => ({ digest: undefined, bytes: 0 }));
    const reason = link.operation === 'Full' ? 'FullMissing' : 'IndexMismatch';
    if (digest === undefined) return unfit(reason, `${link.directory}/ of the staged chain is gone`);
    if (digest !== link.manifest) return unfit(reason, `the files of ${link.directory}/ in the stage are not those that were written`);
    bytes.push(size);
  }
  const [fullBytes = 0, ...rest] = bytes;
  return { sound: true, text, incrementals: rest.length, fullBytes, incrementalBytes: rest.reduce((sum, one) => sum + one, 0) };
}

function readIndex(text: string): IndexLine[] | string {
  try {
    return text.endsWith('\n') ? parseIndex(text) : `the staged ${INDEX} is cut`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** One full, then its incrementals, all of this host. */
function wrongLine(lines: readonly IndexLine[], host: string): string | undefined {
  for (const [at, { link }] of lines.entries()) {
    const directory = linkDirectory(at);
    if (link.operation !== (at === 0 ? 'Full' : 'Incremental') || link.directory !== directory)
      return `line ${at + 1} of the staged ${INDEX} is ${link.operation} ${link.directory}, not ${directory}`;
    if (link.host !== host) return `the staged chain is of ${link.host}, not of ${host}`;
  }
  return undefined;
}

function unfit(reason: 'FullMissing' | 'IndexMismatch', message: string): StagedChain {
  return { sound: false, empty: false, reason, message };
}
