import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { roomProblem, STAGE_FREE_SHARE } from '../room.ts';
import { copyData } from './copy.ts';
import { areApart } from './data-files.ts';
import { backedUpSize } from './directory.ts';
import { binlogPlace } from './fingerprint.ts';
import { gapProblem, lineageProblem, type NeedFull, type ParentPosition, parentPosition } from './lineage.ts';
import { parsePosition } from './position.ts';
import { type BackupSource, openSource, writtenPosition } from './source.ts';

/**
 * What changed since the parent link, with mariadb-backup into STASH_STAGE. Answers `needFull` where it is not proven that the server's data
 * goes on from that link; the stage does not count then.
 */
export async function incrementalBackup(context: FunctionContext): Promise<FunctionResult> {
  const { stage } = context;
  if (stage === undefined) throw new StashError('Internal', 'no STASH_STAGE was given');
  const parent = parentPosition(context.parentPosition);
  if (parent === undefined)
    return { needFull: 'LineageUnproven', message: 'the last link does not record where it ends (toLsn)' } satisfies NeedFull;
  const source = await openSource(context);
  const problem = (await parentProblem(context, parent)) ?? (await provenLineage(source, parent));
  if (problem !== undefined) return { ...problem };
  const { all: expected, restored } = await assertRoom(stage, source);
  const copied = await copyData(context, { stage, defaultsFile: source.server.defaultsFile, expected, fromLsn: parent.toLsn });
  if (copied === 'OtherUndoTablespaces')
    return { needFull: 'LineageChanged', message: 'innodb_undo_tablespaces is another number than at the last link' } satisfies NeedFull;
  const position = await writtenPosition(context, stage, source, restored);
  const gap = gapProblem(parent, position);
  return gap === undefined ? { position } : { ...gap };
}

/** The files of the parent have to be what its record says. */
async function parentProblem({ parent: directory }: FunctionContext, parent: ParentPosition): Promise<NeedFull | undefined> {
  if (directory === undefined) return undefined;
  const checkpoints = await readFile(join(directory, 'xtrabackup_checkpoints'), 'utf8').catch(() => undefined);
  if (checkpoints === undefined) return undefined;
  const { toLsn } = parsePosition(checkpoints, undefined);
  if (toLsn === parent.toLsn) return undefined;
  return { needFull: 'PositionGap', message: `the last link ends at LSN ${toLsn}, its record says ${parent.toLsn}` };
}

async function provenLineage({ server, facts, ibdata }: BackupSource, parent: ParentPosition): Promise<NeedFull | undefined> {
  const [row] = await server.query("SHOW GLOBAL STATUS LIKE 'Innodb_lsn_current'");
  const { fingerprint } = parent;
  const place =
    fingerprint === undefined || facts.logBin === '' ? undefined : await binlogPlace(facts.logBin, fingerprint.file, fingerprint.position);
  const currentLsn = BigInt(row?.[1] ?? '0');
  const binlogsApart = facts.logBin !== '' && (await areApart(facts.datadir, facts.logBin));
  const now = { version: facts.version, logBin: facts.logBin, startedAt: facts.startedAt, binlogsApart, ibdata, currentLsn };
  return lineageProblem(parent, place === undefined ? now : { ...now, place });
}

/** Tables without pages that tell when they changed are copied whole; what comes to that, only the copy knows. Returns the sizes. */
async function assertRoom(stage: string, { facts }: BackupSource): ReturnType<typeof backedUpSize> {
  const size = await backedUpSize(facts.datadir, facts.logBin);
  const problem = await roomProblem(stage, size.copiedWhole, STAGE_FREE_SHARE);
  if (problem === undefined) return size;
  throw new StashError(
    'StageFull',
    `the stage is too small for what is not InnoDB in ${facts.datadir}, and is copied each time: ${problem}`,
  );
}
