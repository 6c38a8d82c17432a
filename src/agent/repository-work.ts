import { SERIES, TAGS, tagText } from '../api/names.ts';
import type { Engine, RepositoryAccess, RunControl, Snapshot } from '../engine/engine.ts';
import { assertNever, isCode, StashError } from '../errors/error.ts';
import type { OpenRepository, RepositoryTask } from '../orders/order.ts';
import type { Holdings, MaintainResult, OrderResult, ProbeResult, SurveyResult, WipeResult } from '../orders/report.ts';
import { judgeLocks, seenLocks } from '../rules/locks.ts';
import { RECORDS_FILE, readRecords } from '../rules/records.ts';
import type { OrderRun, StepControl } from './order-run.ts';

/** restic's host of the records; no target's host may be called so. */
const RECORDS_HOST = 'stash-records';

/** Less than a pod has to end. */
const INIT_GRACE_MS = 20_000;

const RECORDS_TAG = tagText(TAGS.series, SERIES.records);

type TaskOf<T extends RepositoryTask['type']> = Extract<RepositoryTask, { type: T }>;

/** Work on a repository itself. What is exclusive about it, and what may be forgotten, the operator has decided before. */
export async function repositoryWork(
  run: OrderRun,
  task: Exclude<RepositoryTask, { type: 'Resolve' }>,
  engine: Engine,
): Promise<OrderResult> {
  switch (task.type) {
    case 'Probe':
      return probe(run, task, engine);
    case 'List':
      return { type: 'List', ...(await list(callFor(run, task.repository), task.repository.access, engine)) };
    case 'Survey':
      return survey(run, task, engine);
    case 'Maintain':
      return maintain(run, task, engine);
    case 'Wipe':
      return wipe(run, task, engine);
    default:
      return assertNever(task);
  }
}

async function probe(run: OrderRun, task: TaskOf<'Probe'>, engine: Engine): Promise<ProbeResult> {
  const { access } = task.repository;
  try {
    const { id } = await run.step('open', (step) => engine.open(access, step.engine(task.repository)));
    return { type: 'Probe', repositoryId: id, created: false };
  } catch (error) {
    if (!task.create || !isCode(error, 'RepositoryMissing')) throw error;
    run.signal.throwIfAborted();
    const id = await run.step('init', (step) => init(access, engine, step.engine(task.repository)));
    return { type: 'Probe', repositoryId: id, created: true };
  }
}

/** Cut off in the middle it leaves keys and no config, where no repository can be made any more: who stops it lets it end first. */
async function init(access: RepositoryAccess, engine: Engine, control: RunControl): Promise<string> {
  const late = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    grace = setTimeout(() => late.abort(control.signal.reason), INIT_GRACE_MS);
  };
  control.signal.addEventListener('abort', stop, { once: true });
  try {
    return (await engine.init(access, { ...control, signal: late.signal })).id;
  } finally {
    control.signal.removeEventListener('abort', stop);
    clearTimeout(grace);
  }
}

async function survey(run: OrderRun, task: TaskOf<'Survey'>, engine: Engine): Promise<SurveyResult> {
  const { access } = task.repository;
  const call = callFor(run, task.repository);
  const [{ id: repositoryId }, locks, holdings] = await Promise.all([
    call('open', (control) => engine.open(access, control)),
    call('locks', (control) => engine.locks(access, control)),
    list(call, access, engine),
  ]);
  return { type: 'Survey', repositoryId, locks, ...holdings };
}

/** Each command derives the key anew, half a second of one core: side by side they take half the time. Only maintenance writes records. */
async function list(call: Call, access: RepositoryAccess, engine: Engine): Promise<Holdings> {
  const [snapshots, text] = await Promise.all([
    call('snapshots', (control) => engine.snapshots(access, {}, control)),
    call('read records', (control) => readNewestRecords(access, engine, control)),
  ]);
  const newest = newestRecords(snapshots);
  return { snapshots, ...(newest === undefined || text === undefined ? {} : { records: { snapshotId: newest.id, text } }) };
}

async function readNewestRecords(access: RepositoryAccess, engine: Engine, control: RunControl): Promise<string | undefined> {
  try {
    return await engine.load(access, { newestWith: RECORDS_TAG, path: `/${RECORDS_FILE}` }, control);
  } catch (error) {
    if (!isCode(error, 'SnapshotNotFound')) throw error;
    return undefined;
  }
}

async function maintain(run: OrderRun, task: TaskOf<'Maintain'>, engine: Engine): Promise<MaintainResult> {
  const { access } = task.repository;
  const call = callFor(run, task.repository);
  const result: MaintainResult = { type: 'Maintain', forgotten: [] };
  if (task.removeLocks) await call('unlock', (control) => engine.removeAllLocks(access, control));
  // Data goes first and the records follow: what a crash leaves recorded but gone is struck off the next time.
  const forget = [...task.forget, ...(task.records?.replaces ?? [])];
  if (forget.length > 0) {
    await call('forget', (control) => engine.forget(access, forget, control));
    result.forgotten = task.forget;
  }
  if (task.records !== undefined) result.recordsSnapshot = await writeRecords(call, access, task.records.text, engine);
  if (task.prune !== undefined) {
    const { maxRepackSize } = task.prune;
    const { bytesFreed } = await call('prune', (control) => engine.prune(access, { maxRepackSize }, control));
    if (bytesFreed !== undefined) result.bytesFreed = bytesFreed;
  }
  if (task.check !== undefined) {
    const { readData } = task.check;
    result.check = await call('check', (control) => engine.check(access, { readData }, control));
  }
  result.stats = await call('stats', (control) => engine.stats(access, control));
  return result;
}

async function wipe(run: OrderRun, task: TaskOf<'Wipe'>, engine: Engine): Promise<WipeResult> {
  const { access } = task.repository;
  const call = callFor(run, task.repository);
  const surveyed = await survey(run, { type: 'Survey', repository: task.repository }, engine).catch((error: unknown) => {
    if (!isCode(error, 'RepositoryMissing')) throw error;
  });
  if (surveyed === undefined) {
    // An attempt that was cut off had come so far already.
    await call('remove', (control) => engine.removeRepository(access, control));
    return { type: 'Wipe', forgotten: [] };
  }
  const { snapshots, records, locks } = surveyed;
  const verdict = judgeLocks(seenLocks(locks, task.knownLocks, run.now()), task.ended, new Date(run.now()));
  if (verdict.blocking.length > 0) return { type: 'Wipe', forgotten: [], locked: { locks: verdict.locks, blocking: verdict.blocking } };
  const recorded = records && readRecords(records.text, access.env.RESTIC_PASSWORD ?? '', task.repositoryId);
  if (records !== undefined && recorded === undefined)
    throw new StashError('RecordsTampered', 'the records of the repository were not written by this operator: nothing was removed');
  if (verdict.removable) await call('unlock', (control) => engine.removeAllLocks(access, control));
  const mine = new Set([...(recorded?.entries ?? []).map((entry) => entry.id), ...task.unrecorded]);
  const forgotten = snapshots.filter((one) => mine.has(one.id)).map((one) => one.id);
  const own = snapshots.filter((one) => one.tags.includes(RECORDS_TAG)).map((one) => one.id);
  if (forgotten.length + own.length > 0) await call('forget', (control) => engine.forget(access, [...forgotten, ...own], control));
  await call('prune', (control) => engine.prune(access, {}, control));
  const others = snapshots.length - forgotten.length - own.length;
  const kept = others > 0 ? `it holds other snapshots (${others})` : await removeEmptied(call, task, engine);
  return { type: 'Wipe', forgotten, ...(kept === undefined ? {} : { kept }) };
}

/** Why it was not removed; undefined when it was. */
async function removeEmptied(call: Call, { repository, repositoryId }: TaskOf<'Wipe'>, engine: Engine): Promise<string | undefined> {
  const { id } = await call('open', (control) => engine.open(repository.access, control));
  if (id !== repositoryId) return 'it is not the repository that was used so far';
  try {
    await call('remove', (control) => engine.removeRepository(repository.access, control));
    return undefined;
  } catch (error) {
    if (!isCode(error, 'RepositoryNotEmpty')) throw error;
    return 'somebody stored a snapshot meanwhile';
  }
}

async function writeRecords(call: Call, access: RepositoryAccess, text: string, engine: Engine): Promise<string> {
  const request = { text, fileName: RECORDS_FILE, host: RECORDS_HOST, tags: [RECORDS_TAG] };
  const saved = await call('records', (control) => engine.save(access, request, control));
  return saved.snapshotId;
}

function newestRecords(snapshots: readonly Snapshot[]): Snapshot | undefined {
  const mine = snapshots.filter((snapshot) => snapshot.tags.includes(RECORDS_TAG));
  return mine.sort((a, b) => Date.parse(a.time) - Date.parse(b.time)).at(-1);
}

type Call = <T>(step: string, work: (control: RunControl) => Promise<T>) => Promise<T>;

function callFor(run: OrderRun, repository: OpenRepository): Call {
  return (name, work) => run.step(name, (step: StepControl) => work(step.engine(repository)));
}
