import { keyText } from '../api/object.ts';
import { asStashError, isCode, StashError } from '../errors/error.ts';
import { type FunctionResult, namedError } from '../functions/contract.ts';
import type { LogTask } from '../orders/order.ts';
import { orderError } from '../orders/order-error.ts';
import type { LogResult } from '../orders/report.ts';
import { continuedBy, linkBinlogs } from '../rules/log/continues.ts';
import type { LogIndex, LogStart } from '../rules/log/log-index.ts';
import { continuing, mayCut, type SeriesMemory, uploadsDue } from '../rules/log/uploads.ts';
import type { Tools } from './backup.ts';
import { type LogStage, newMemory, openLogStage, readChain } from './log-stage.ts';
import { markOf, uploadLogs } from './log-upload.ts';
import type { OrderRun } from './order-run.ts';
import { askRole, type HostRole } from './role.ts';
import { withScratch } from './scratch.ts';

/**
 * One tick of a Log alias on one host: brings the staged logs up to date, stores them where something of them is not stored, and cuts off
 * what was before the staged chain once every repository has the closing log. A replica archives nothing; what it staged while it was the
 * primary is still stored; so it is where the server cannot be asked, and `error` says why.
 */
export async function logBackup(run: OrderRun, task: LogTask, tools: Tools): Promise<LogResult> {
  const stage = await openLogStage(tools.stage);
  if (await stage.damaged())
    await stage.end({ reason: 'StageDamaged', message: 'log.index in the stage is not as it was written', time: run.now() });
  const { host, ...made } = await bringIn(run, task, tools, stage);
  const index = await stage.index();
  const until = made.until ?? index?.until;
  const uploaded = await uploadLogs(run, task, stage, until, tools.engine);
  await cutOff(task, tools, stage);
  await dropEnded(task, stage);
  return {
    type: 'Log',
    ...host,
    ...(index === undefined || until === undefined ? {} : { log: summary(index, until, stage.memory.series) }),
    ...endedBefore(stage, index),
    ...uploaded,
    ...(made.trouble === undefined ? {} : { error: orderError(made.trouble) }),
  };
}

/** Whatever keeps the server's log from being read, what is staged of it can still be stored. */
async function bringIn(run: OrderRun, task: LogTask, tools: Tools, stage: LogStage): Promise<Archived & { host: Partial<HostRole> }> {
  let host: Partial<HostRole> = {};
  try {
    host = await roleOf(run, task, tools);
    if (host.role === 'Replica') await stage.end({ reason: 'NotPrimary', message: 'the host is a replica now', time: run.now() });
    return { host, ...(host.role === 'Replica' ? {} : await archive(run, task, tools, stage)) };
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    return { host, trouble: asStashError(thrown) };
  }
}

async function roleOf(run: OrderRun, { onlyPrimary, steps, connection }: LogTask, tools: Tools): Promise<HostRole | { role: 'Primary' }> {
  return onlyPrimary ? askRole(run, steps, connection, tools) : { role: 'Primary' };
}

interface Archived {
  until?: LogIndex['until'];
  /** What keeps the logs from being brought up to date, or from being restored by; what is staged can be stored all the same. */
  trouble?: StashError;
}

async function archive(run: OrderRun, task: LogTask, tools: Tools, stage: LogStage): Promise<Archived> {
  try {
    return await bringUpToDate(run, task, tools, stage);
  } catch (error) {
    if (!isCode(error, 'StageFull')) throw error;
    // What some repository lacks the closing log of goes, rather than what the server will not keep.
    if (!(await cutOff(task, tools, stage, 'some'))) throw error;
    return bringUpToDate(run, task, tools, stage);
  }
}

async function bringUpToDate(run: OrderRun, task: LogTask, tools: Tools, stage: LogStage): Promise<Archived> {
  let made = await runFunctions(run, task, tools, stage);
  if (made.seriesEnd !== undefined) {
    await stage.end({ ...made.seriesEnd, time: run.now() });
    made = await runFunctions(run, task, tools, stage);
  }
  if (made.seriesEnd !== undefined)
    throw new StashError('FunctionFailed', `a series of logs that was just begun cannot go on: ${made.seriesEnd.message}`);
  const index = await stage.index();
  if (index === undefined) throw new StashError('FunctionFailed', 'the function succeeded, but left no log.index');
  const continued = continuedBy(index.files, await readChain(tools.stage));
  const known = stage.memory.series?.timeline === index.timeline ? stage.memory.series : newMemory(index.timeline);
  await stage.remember(continuing(known, continued?.text ?? ''));
  const { time } = made.position ?? {};
  return {
    until: { time: typeof time === 'string' ? time : index.until.time, gtid: index.until.gtid },
    ...(made.trouble === undefined ? {} : { trouble: namedError(made.trouble) }),
  };
}

async function runFunctions(run: OrderRun, task: LogTask, tools: Tools, stage: LogStage): Promise<FunctionResult> {
  const told = { operation: 'Log' as const, alias: task.alias, stage: stage.directory, logStart: await startOf(task, tools, stage) };
  return withScratch(run, task, tools, async ({ call }) => {
    let result: FunctionResult = {};
    for (const step of task.steps.filter(({ command }) => command.length > 0)) result = { ...result, ...(await call(step, told)) };
    return result;
  });
}

/** After a series whose server is not what it was, nothing of before is a reason to begin earlier than now. */
async function startOf({ host, previous }: LogTask, tools: Tools, stage: LogStage): Promise<LogStart> {
  const { break: broken, series } = stage.memory;
  const foreign = series === undefined && (broken?.reason === 'OtherData' || broken?.reason === 'OtherContent');
  const hole = series === undefined && broken?.reason === 'Hole';
  const follows = previous !== undefined && !foreign && !hole;
  return {
    host,
    links: foreign ? [] : linkBinlogs(await readChain(tools.stage)),
    ...(follows ? { previous } : {}),
    ...(series === undefined && broken !== undefined ? { salt: broken.time } : {}),
    ...(hole && broken?.last !== undefined ? { after: broken.last } : {}),
  };
}

/** `some`: it is enough that one repository has the closing logs. Returns whether anything could go. */
async function cutOff({ wanted }: LogTask, tools: Tools, stage: LogStage, enough: 'all' | 'some' = 'all'): Promise<boolean> {
  const { series } = stage.memory;
  const index = await stage.index();
  if (index === undefined || series?.timeline !== index.timeline) return false;
  const names = wanted.map(keyText);
  const may = enough === 'all' ? mayCut(series, names) : names.some((name) => mayCut(series, [name]));
  if (!may) return false;
  const continued = continuedBy(index.files, await readChain(tools.stage));
  // Between the upload and now the chain may have become another one.
  if (continued === undefined || continued.text !== series.continued.at(-1)) return false;
  await stage.cut(continued.file);
  return continued.file > 0;
}

/** A series that ended stays until every repository has all of it. */
async function dropEnded({ wanted }: LogTask, stage: LogStage): Promise<void> {
  for (const series of stage.memory.ended) {
    const index = await stage.endedIndex(series.timeline);
    const lacking = wanted.some((one) => index && uploadsDue(series, keyText(one), markOf(index)).length > 0);
    if (!lacking) await stage.forget(series.timeline);
  }
}

function summary(index: LogIndex, until: LogIndex['until'], series: SeriesMemory | undefined): NonNullable<LogResult['log']> {
  const continues = series?.continued.at(-1);
  return {
    timeline: index.timeline,
    from: index.files[0]?.from ?? '',
    gtid: until.gtid,
    until: until.time,
    recent: index.recent,
    ...(continues ? { continues } : {}),
    ...(index.follows ? { follows: index.follows } : {}),
  };
}

function endedBefore({ memory }: LogStage, index: LogIndex | undefined): Pick<LogResult, 'ended'> {
  if (memory.break === undefined) return {};
  const { last: _last, ...broken } = memory.break;
  return { ended: { ...broken, to: index?.files[0]?.from ?? '' } };
}
