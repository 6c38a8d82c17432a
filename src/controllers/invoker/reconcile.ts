import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { FINALIZER, LABELS } from '../../api/names.ts';
import { type AnyObject, keyOf, keyText, type ObjectKey } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import type { Catalog } from '../../rules/binding.ts';
import { type Invoker, invokerOf } from '../../rules/invoker.ts';
import type { TickDecision } from '../../rules/schedule/tick.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import { whenChanged } from '../../runtime/when-changed.ts';
import { readCatalog } from '../catalog.ts';
import { type Context, timeText } from '../context.ts';
import { ensureFinalizer, removeFinalizer } from '../finalizer.ts';
import { INVOKERS_BY_APPLICATION, INVOKERS_BY_REPOSITORY, UNFINISHED_BACKUPS } from '../indexes.ts';
import { abandonLogs, dropLogs, runningLogs } from '../log/abandon.ts';
import { archiveLogs, type LogTick, type Tick } from '../log/archive.ts';
import { patchStatus } from '../patch-status.ts';
import { writeFirstReplayable } from '../window/replayable.ts';
import { expired } from './history.ts';
import { logSlaveUpdates } from './log-slave-updates.ts';
import { sessionForTick, tickName } from './objects.ts';
import { type CheckedOperation, checkOperations } from './operations.ts';
import { invokerStatus, operationStatus } from './status.ts';
import { targetWatches } from './target-watches.ts';
import { lastSessionTick, lineId, recordedTick, tickOf } from './ticks.ts';
import { validate } from './validate.ts';

type InvokerKind = 'BackupConfiguration' | 'BackupBatch';

/** Schedules sessions for a BackupConfiguration or BackupBatch, says in status what it understood, and tidies up old sessions. */
export function invokerController(kind: InvokerKind, ctx: Context): Controller {
  const all = async (): Promise<ObjectKey[]> => (await ctx.store.view(kind)).map(keyOf);
  const having = async (index: typeof INVOKERS_BY_REPOSITORY, object: AnyObject): Promise<ObjectKey[]> =>
    (await ctx.store.view(kind, { having: { index, key: keyText(keyOf(object)) } })).map(keyOf);
  return {
    name: kind === 'BackupBatch' ? 'backup-batch' : 'backup-configuration',
    kind,
    watches: [
      // Progress concerns the session alone; its beginning is told with Pending. One for a log has none: it runs once the log may be archived.
      {
        kind: 'BackupSession',
        // By its invoker, not its owner: a session that somebody wrote by hand has none.
        map: ({ spec: { invoker }, status, metadata }) =>
          (status?.phase === 'Running' && status.operation?.requested !== 'Log') || invoker.kind !== kind
            ? []
            : [{ namespace: metadata.namespace ?? '', name: invoker.name }],
      },
      {
        kind: 'Repository',
        map: whenChanged(
          ({ spec, status }) => [spec.backend.storageSecretName, status?.references],
          async (key) => (await ctx.store.get('Repository', key)) !== undefined,
          (repository) => having(INVOKERS_BY_REPOSITORY, repository),
        ),
      },
      {
        kind: 'AppBinding',
        map: (application) => having(INVOKERS_BY_APPLICATION, application),
      },
      { kind: 'Function', map: all },
      { kind: 'Task', map: all },
      ...targetWatches(kind, ctx),
    ],
    reconcile: (key) => reconcile(kind, key, ctx),
  };
}

async function reconcile(kind: InvokerKind, key: ObjectKey, ctx: Context): Promise<Result> {
  let object: BackupConfiguration | BackupBatch | undefined = await ctx.store.get(kind, key);
  if (object === undefined) {
    await dropLogs(ctx, kind, key);
    return DONE;
  }
  const invoker = invokerOf(object);
  const catalog = await readCatalog(ctx);
  const running = runningLogs(object);
  if (object.metadata.deletionTimestamp !== undefined) return release(kind, ctx, object, invoker, catalog);
  const now = ctx.clock.now();
  const operations = await checkOperations(ctx, invoker, catalog);
  const verdict = await validate(ctx, object, operations);
  if (ctx.platform.attach !== undefined && ctx.platform.attaches?.(invoker) === true && verdict.phase !== 'Invalid') {
    object = await ensureFinalizer<InvokerKind>(ctx, kind, object);
    verdict.conditions.push(...(await ctx.platform.attach(invoker, catalog)));
  }
  const sessions = await ctx.store.view('BackupSession', {
    namespace: invoker.namespace,
    labels: { [LABELS.invokerType]: kind, [LABELS.invokerName]: invoker.name },
  });
  verdict.conditions.push(...logSlaveUpdates(sessions));
  const before = new Map((object.status?.execOps ?? []).map((one) => [lineId(one), one]));
  const lines: ExecOpStatus[] = [];
  const begun: { operation: CheckedOperation; tick: string }[] = [];
  const logs: LogTick[] = [];
  let wake: number | undefined;
  for (const operation of operations) {
    const known = before.get(operation.line.id);
    const made = lastSessionTick(invoker, operation.line, sessions);
    const decision = verdict.ready ? tickOf(operation, known, object, made, now) : undefined;
    const log = isLog(operation, known)
      ? await archiveLogs(ctx, invoker, operation, known, await logTickOf(ctx, invoker, operation, verdict, decision))
      : undefined;
    if (log !== undefined) logs.push(log);
    else if (decision?.run !== undefined) {
      await runTick(ctx, invoker, operation, decision.run);
      begun.push({ operation, tick: timeText(decision.run.scheduledTime) });
    } else if (decision !== undefined && made !== undefined && made > (recordedTick(known, object) ?? ''))
      begun.push({ operation, tick: made });
    if (decision !== undefined && decision.missed > 0) await tellMissed(ctx, object, operation, decision);
    if (decision?.next !== undefined) wake = Math.min(wake ?? Number.POSITIVE_INFINITY, decision.next.getTime() - now.getTime());
    lines.push({ ...operationStatus(operation, log === undefined ? known : withoutLog(known), decision, sessions), ...log?.fields });
    if (log?.wakeMs !== undefined) wake = Math.min(wake ?? Number.POSITIVE_INFINITY, log.wakeMs);
  }
  await patchStatus(ctx, kind, object, invokerStatus(object, invoker, verdict, lines, timeText(now)));
  for (const { operation, tick } of begun) await tellCreated(ctx, object, invoker, operation, tick);
  abandonLogs(ctx, running, lines);
  for (const { news, settle } of logs) {
    settle();
    for (const { type, reason, message } of news) await ctx.events.record(object, type, reason, message);
  }
  await writeFirstReplayable(ctx, sessions, lines);
  for (const session of expiredSessions(sessions, invoker)) await ctx.store.delete('BackupSession', keyOf(session)).catch(unlessGone);
  if (!verdict.ready) return requeueAfter(60_000, 'not ready');
  return wake === undefined ? DONE : requeueAfter(Math.max(0, wake), 'the next tick');
}

/** A tick of its schedule, else the oldest session by hand; a host answers each once. */
async function logTickOf(
  ctx: Context,
  { kind, namespace, name }: Invoker,
  { line }: CheckedOperation,
  { ready }: { ready: boolean },
  decision: TickDecision | undefined,
): Promise<Tick | undefined> {
  if (!ready) return undefined;
  if (decision?.run !== undefined) return { id: String(decision.run.scheduledTime.getTime()) };
  const unfinished = await ctx.store.view('BackupSession', { having: { index: UNFINISHED_BACKUPS, key: `${kind}/${namespace}/${name}` } });
  const [oldest] = unfinished
    .filter(({ spec, status }) => spec.alias === line.alias && status?.phase === 'Running')
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''));
  return oldest && { id: oldest.metadata.uid ?? '', asked: oldest.metadata.name };
}

/** What a look at the logs says anew. */
function withoutLog(known: ExecOpStatus | undefined): ExecOpStatus | undefined {
  if (known === undefined) return undefined;
  const { logs: _logs, ...rest } = known;
  return rest;
}

/** It makes no sessions: each tick is an order for every host. */
function isLog({ operation, state }: CheckedOperation, known: ExecOpStatus | undefined): boolean {
  const runs = state !== 'NotSupportedYet' && state !== 'Invalid';
  // What was begun before it became invalid comes to its end.
  return operation === 'Log' && (runs || known?.logs !== undefined);
}

/** Nothing of it stays behind at its targets. */
async function release(
  kind: InvokerKind,
  ctx: Context,
  object: BackupConfiguration | BackupBatch,
  invoker: Invoker,
  catalog: Catalog,
): Promise<Result> {
  if (object.metadata.finalizers?.includes(FINALIZER) !== true) return DONE;
  await ctx.platform.detach?.(invoker, catalog);
  await removeFinalizer<InvokerKind>(ctx, kind, object);
  return DONE;
}

/**
 * The session first, `lastCheckTime` after it: a crash in between decides the same tick again and finds the session there. Mostly the
 * scheduler has made it.
 */
async function runTick(
  ctx: Context,
  invoker: Invoker,
  { line }: CheckedOperation,
  { scheduledTime, missedRun }: NonNullable<TickDecision['run']>,
): Promise<void> {
  try {
    await ctx.store.create('BackupSession', sessionForTick(invoker, line, scheduledTime, missedRun));
  } catch (error) {
    if (!isCode(error, 'AlreadyExists')) throw error;
  }
}

/** Once, with the write of `lastCheckTime`, whoever made the session. */
async function tellCreated(
  ctx: Context,
  object: BackupConfiguration | BackupBatch,
  invoker: Invoker,
  { line }: CheckedOperation,
  tick: string,
): Promise<void> {
  const name = tickName(invoker, line, new Date(tick));
  await ctx.events.record(object, 'Normal', 'SessionCreated', `alias ${line.alias}: session ${name} for ${tick}`);
}

async function tellMissed(
  ctx: Context,
  object: BackupConfiguration | BackupBatch,
  { line }: CheckedOperation,
  decision: TickDecision,
): Promise<void> {
  const what = decision.run === undefined ? 'none is made up for' : `one is run now, for ${timeText(decision.run.scheduledTime)}`;
  await ctx.events.record(
    object,
    'Warning',
    'RunsMissed',
    `alias ${line.alias}: ${decision.missed} runs did not start at their time; ${what} (missedRuns: ${line.missedRuns})`,
  );
}

function expiredSessions(sessions: Parameters<typeof expired>[0], invoker: Invoker) {
  // A member's own line of a batch has a history of its own.
  const byAlias = Map.groupBy(sessions, ({ spec }) => [spec.alias, ...(spec.members ?? [])].join(' '));
  return [...byAlias.values()]
    .flatMap((some) => expired(some, invoker.historyLimit))
    .filter((session) => session.metadata.deletionTimestamp === undefined);
}

function unlessGone(error: unknown): void {
  if (!isCode(error, 'NotFound')) throw error;
}
