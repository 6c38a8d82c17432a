import { readdir } from 'node:fs/promises';
import { TAGS, tagValue } from '../api/names.ts';
import { keyText } from '../api/object.ts';
import { asStashError, isCode, StashError } from '../errors/error.ts';
import type { FunctionResult } from '../functions/contract.ts';
import type { BackupTask } from '../orders/order.ts';
import type { BackupResult } from '../orders/report.ts';
import { decideLink, type FullDecision, fullBecause, type LinkDecision, type StagedChain } from '../rules/chain/decide-link.ts';
import { NEED_FULL_ACCEPTS, readNeedFull } from '../rules/chain/forced-fulls.ts';
import type { Tools } from './backup.ts';
import { runFunctions } from './backup-functions.ts';
import { type OldChain, oldChain } from './old-chain.ts';
import type { OrderRun } from './order-run.ts';
import { refetch } from './refetch.ts';
import { askRole } from './role.ts';
import { withScratch } from './scratch.ts';
import { stagedChain } from './staged-chain.ts';
import { storeChain } from './store-chain.ts';
import { type FoundChain, storedChains } from './stored-chains.ts';
import { sourceOf, storeEach } from './upload.ts';

/** What is known before a link is made; `stored` where the repositories were asked. */
interface Before {
  staged: StagedChain;
  stored: FoundChain[] | undefined;
  /** What was done about the stage. */
  note?: string;
}

/** A link that is in the stage, complete. */
interface Link {
  decision: LinkDecision;
  made: FunctionResult;
  old?: OldChain;
}

/** A link that is not in the chain yet. */
interface Written {
  operation: 'Full' | 'Incremental';
  directory: string;
  complete: Tools['stage']['completeFull'];
}

/** One link of a host's chain: Incremental or Full is settled, the functions write it, it is sealed, and each repository gets what it lacks. */
export async function chainBackup(run: OrderRun, task: BackupTask, tools: Tools): Promise<BackupResult> {
  const before = await mended(run, task, await lookAround(run, task, tools), tools);
  let decision = decide(task, before);
  try {
    if (decision.operation === 'Incremental') {
      const link = await incremental(run, task, tools).catch((error: unknown) => outgrown(error, before.staged, tools.stage));
      if (!('needsFull' in link)) return await stored(run, task, { decision, ...link }, before, tools);
      decision = link.needsFull;
      await tools.stage.dropPartial();
    }
    return await stored(run, task, { decision, ...(await full(run, task, before, decision, tools)) }, before, tools);
  } catch (error) {
    await tools.stage.dropPartial();
    throw decision.operation === 'Full' && decision.reason !== 'Requested' ? withReason(error, decision) : error;
  }
}

async function lookAround(run: OrderRun, task: BackupTask, tools: Tools): Promise<Before> {
  const of = { target: tagValue(task.tags, TAGS.target), host: task.host, repositories: task.repositories, state: tools.stage.state };
  const looked = task.operation === 'Incremental' ? storedChains(run, of, tools.engine) : Promise.resolve(undefined);
  const [staged, stored] = await Promise.all([stagedChain(tools.stage, task.host), looked]);
  return { staged, stored };
}

/** The same with the stage as it is after the chain was fetched, where that is wanted and a lost stage is all that is in the way. */
async function mended(run: OrderRun, task: BackupTask, before: Before, tools: Tools): Promise<Before> {
  const { staged, stored } = before;
  if (task.chain?.onLostStage !== 'Refetch' || staged.sound || stored === undefined) return before;
  const decision = decide(task, before);
  if (decision.operation !== 'Full' || decision.reason !== staged.reason) return before;
  const { staged: now = staged, note } = await refetch(run, task, stored, tools);
  return { stored, staged: now, note: now.sound ? `${staged.message}: ${note}` : note };
}

function decide(task: BackupTask, { staged, stored = [] }: Before): LinkDecision {
  return decideLink({
    requested: task.operation,
    host: task.host,
    onlyPrimary: task.onlyPrimary ?? false,
    force: task.chain?.force,
    stage: staged,
    repositories: stored,
    limits: task.chain ?? { maxIncrementals: Number.POSITIVE_INFINITY, maxRatio: Number.POSITIVE_INFINITY },
  });
}

async function incremental(
  run: OrderRun,
  task: BackupTask,
  { stage, ...tools }: Tools,
): Promise<{ made: FunctionResult } | { needsFull: FullDecision }> {
  const { directory, parent, position } = await stage.beginIncremental();
  const asked = { operation: 'Incremental' as const, stage: directory, parent, parentPosition: position };
  const made = await withScratch(run, task, { ...tools, stage }, (scratch) => runFunctions(task, asked, scratch));
  if (made.needFull !== undefined) return { needsFull: neededFull(made) };
  await seal(run, task, { operation: 'Incremental', directory, complete: (line) => stage.completeIncremental(line) }, made, {
    ...tools,
    stage,
  });
  return { made };
}

/** Beside what is free: without it there would be hardly more room. */
async function isSmall(staged: StagedChain, stage: Tools['stage']): Promise<boolean> {
  return staged.sound && (await stage.noRoom(10 * (staged.fullBytes + staged.incrementalBytes))) === undefined;
}

/** A chain that has filled the stage would fail with every further link. */
async function outgrown(error: unknown, staged: StagedChain, stage: Tools['stage']): Promise<{ needsFull: FullDecision }> {
  if (!isCode(error, 'StageFull') || !staged.sound || staged.incrementals === 0 || (await isSmall(staged, stage))) throw error;
  return { needsFull: fullBecause('ChainTooLong', `there is no room for another incremental: ${(error as Error).message}`) };
}

function neededFull({ needFull = '', message = '' }: FunctionResult): FullDecision {
  const read = readNeedFull(needFull);
  if (read !== undefined) return fullBecause(read.reason, read.evidence ?? message);
  throw new StashError('FunctionFailed', `the function needs a full because of "${needFull}", which is none of ${NEED_FULL_ACCEPTS}`);
}

async function full(
  run: OrderRun,
  task: BackupTask,
  before: Before,
  decision: FullDecision,
  tools: Tools,
): Promise<Omit<Link, 'decision'>> {
  const { stage } = tools;
  const old = oldChain(run, task, { ...before, wrong: decision.reason === 'VerificationFailed' }, tools);
  const write = async () => {
    const directory = await stage.beginFull();
    const made = await withScratch(run, task, tools, (scratch) => runFunctions(task, { operation: 'Full', stage: directory }, scratch));
    if (made.needFull !== undefined) throw new StashError('FunctionFailed', `a function answered a Full with needFull: ${made.needFull}`);
    return { directory, made };
  };
  // The size of the last full is the best guess at the next one's. It is not refused for that: the function knows better.
  const tight = before.staged.sound ? await stage.noRoom(before.staged.fullBytes) : undefined;
  let stays = tight === undefined ? undefined : await old.giveUp(tight);
  const { directory, made } = await write().catch(async (error: unknown) => {
    if (!isCode(error, 'StageFull') || (await isSmall(before.staged, stage))) throw error;
    // Where it was tight before, what could be removed has been.
    if (tight === undefined) stays = await old.giveUp((error as Error).message);
    if (tight !== undefined || stays !== undefined) throw withNotes(error, stays === undefined ? old.notes : [stays]);
    await stage.dropPartial();
    return write();
  });
  if (made.skip === undefined) await old.catchUp();
  await seal(run, task, { operation: 'Full', directory, complete: (line) => stage.completeFull(line) }, made, tools);
  return { made, old };
}

/** Nothing to do leaves nothing; else the link is in the chain when this returns, written by a host that is still the one to back up. */
async function seal(run: OrderRun, task: BackupTask, written: Written, made: FunctionResult, tools: Tools): Promise<void> {
  const { operation, directory, complete } = written;
  if (made.skip !== undefined) return tools.stage.dropPartial();
  if ((await readdir(directory)).length === 0)
    throw new StashError('FunctionFailed', `the functions ${task.steps.map((step) => step.name).join(', ')} succeeded, but wrote nothing`);
  if (task.onlyPrimary === true) await stillPrimary(run, task, tools);
  const session = tagValue(task.tags, TAGS.session);
  const link = { operation, host: task.host, position: made.position ?? {}, ...(session === undefined ? {} : { session }) };
  await run.step('seal', () => complete({ time: run.now(), alias: task.alias, link }));
}

async function stillPrimary(run: OrderRun, task: BackupTask, tools: Tools): Promise<void> {
  const { role, evidence } = await askRole(run, task.steps, task.connection, tools);
  if (role === 'Primary') return;
  throw new StashError(
    'RoleChanged',
    `${task.host} was the primary when the backup began and is a replica now (${JSON.stringify(evidence)}); the link was dropped`,
  );
}

async function stored(
  run: OrderRun,
  task: BackupTask,
  { decision, made, old }: Link,
  { stored: looked = [], note }: Before,
  tools: Tools,
): Promise<BackupResult> {
  const isFull = decision.operation === 'Full';
  const message = [isFull ? decision.message : '', note ?? '', made.message ?? '', ...(old?.notes ?? [])]
    .filter((text) => text !== '')
    .join('; ');
  const told: Omit<BackupResult, 'stored' | 'failed'> = {
    type: 'Backup',
    operation: { requested: task.operation, performed: decision.operation, reason: isFull ? decision.reason : 'Requested' },
    ...(message === '' ? {} : { message }),
    ...(isFull && decision.fault ? { fault: true } : {}),
    ...(made.position === undefined ? {} : { position: made.position }),
    ...(old === undefined || old.caughtUp.length === 0 ? {} : { caughtUp: old.caughtUp }),
  };
  if (made.skip !== undefined) return { ...told, skipped: made.skip, stored: [], failed: [] };
  const named = sourceOf(made);
  if (named !== undefined) {
    const request = { host: task.host, tags: task.tags, force: false, args: task.args, source: named };
    return { ...told, ...(await storeEach(run, task, request, tools.engine)) };
  }
  const away = task.repositories.filter((_, at) => looked[at]?.found.type === 'Unreachable');
  return { ...told, ...(await storeChain(run, task, new Set(away.map(keyText)), tools)) };
}

function withReason(thrown: unknown, { reason, message }: FullDecision): StashError {
  const error = asStashError(thrown);
  const why = `it was a full instead of an incremental: ${reason}${message === '' ? '' : `, ${message}`}`;
  return new StashError(error.code, `${error.message} (${why})`, { cause: thrown, remedy: error.remedy });
}

function withNotes(thrown: unknown, notes: readonly string[]): StashError {
  const error = asStashError(thrown);
  return new StashError(error.code, [error.message, ...notes].join('; '), { cause: thrown, remedy: error.remedy });
}
