import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { keyOf, type ObjectKey } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { parseSchedule } from '../../rules/schedule/parse.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import type { Context } from '../context.ts';
import { sessionForTick } from './objects.ts';
import { lineId, tickOf } from './ticks.ts';

type InvokerKind = 'BackupConfiguration' | 'BackupBatch';

/**
 * Makes the session of a tick at its time, before anybody does anything else: with thousands of configurations there is always other work.
 * It goes by what status says of this very spec and asks nobody. Whatever is not as usual (runs that were missed, a pause, a new spec) is
 * left to the invoker's own controller, which decides every tick, and finds that the session is there; what stands in the way of a
 * session it finds itself. A Log alias makes no sessions.
 */
export function scheduler(kind: InvokerKind, ctx: Context): Controller {
  return {
    name: kind === 'BackupBatch' ? 'backup-batch-schedule' : 'backup-configuration-schedule',
    kind,
    urgent: true,
    concerns: (_object, change) => change !== 'Deleted',
    watches: [],
    reconcile: (key) => reconcile(kind, key, ctx),
  };
}

async function reconcile(kind: InvokerKind, key: ObjectKey, ctx: Context): Promise<Result> {
  const object: BackupConfiguration | BackupBatch | undefined = await ctx.store.get(kind, key);
  const { status, metadata } = object ?? {};
  const usual =
    metadata?.deletionTimestamp === undefined && status?.observedGeneration === metadata?.generation && status?.phase === 'Ready';
  if (object === undefined || !usual) return DONE;
  const lines = (status?.execOps ?? []).filter((one) => one.state === 'Scheduled' && one.next !== undefined && one.operation !== 'Log');
  const now = ctx.clock.now();
  let wake = Number.POSITIVE_INFINITY;
  for (const known of lines) {
    const left = Date.parse(known.next ?? '') - now.getTime();
    wake = Math.min(wake, left > 0 ? left : await runDue(ctx, object, known, now));
  }
  return wake === Number.POSITIVE_INFINITY ? DONE : requeueAfter(wake, 'the next tick');
}

/** Answers when to look again at this line, in milliseconds; status tells when what was done here is written down. */
async function runDue(
  ctx: Context,
  object: BackupConfiguration | BackupBatch,
  known: Parameters<typeof lineId>[0],
  now: Date,
): Promise<number> {
  const invoker = invokerOf(object);
  const line = invoker.operations.find(({ id }) => id === lineId(known));
  if (line?.schedule === undefined) return Number.POSITIVE_INFINITY;
  const decision = tickOf({ line, schedule: parseSchedule(line.schedule), state: known.state }, known, object, undefined, now);
  if (decision?.run === undefined) return (decision?.next?.getTime() ?? Number.POSITIVE_INFINITY) - now.getTime();
  if (decision.missed === 0) {
    const session = sessionForTick(invoker, line, decision.run.scheduledTime, false);
    if ((await ctx.store.get('BackupSession', keyOf(session))) === undefined)
      await ctx.store.create('BackupSession', session).catch((error: unknown) => {
        if (!isCode(error, 'AlreadyExists')) throw error;
      });
  }
  return Number.POSITIVE_INFINITY;
}
