import { keyText, type ObjectKey } from '../../api/object.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { type Controller, DONE, type Result, requeueAfter } from '../../runtime/controller.ts';
import type { Context } from '../context.ts';
import { ensureFinalizer, removeFinalizer } from '../finalizer.ts';
import { ended } from '../phase-outcome.ts';
import { finish, preRestoreHook } from './hooks.ts';
import { runHosts } from './hosts.ts';
import { begin, check, plan } from './plan.ts';
import { openRestore, purposeOfRestore, type RestoreOutcome, type RestoreRun } from './restore-run.ts';

/** The life of a restore, in order: nothing is touched before Begin. */
const PHASES: readonly { name: string; run: (run: RestoreRun) => Promise<RestoreOutcome> }[] = [
  { name: 'Check', run: check },
  { name: 'Plan', run: plan },
  { name: 'Begin', run: begin },
  { name: 'PreRestoreHook', run: preRestoreHook },
  { name: 'Hosts', run: runHosts },
  { name: 'Finish', run: finish },
];

export function restoreSessionController(ctx: Context): Controller {
  const open = new Map<string, ObjectKey>();
  const unfinished = () => [...open.values()];
  return {
    name: 'restore-session',
    kind: 'RestoreSession',
    watches: [
      { kind: 'Repository', map: unfinished },
      { kind: 'BackupSession', map: (session) => (session.status?.phase === 'Running' ? [] : unfinished()) },
      { kind: 'RestoreSession', map: (session) => (hasEnded(session) ? unfinished() : []) },
    ],
    reconcile: async (key, { signal }) => {
      open.set(keyText(key), key);
      const result = await reconcile(key, ctx, signal);
      const session = await ctx.store.get('RestoreSession', key);
      if (session === undefined || hasEnded(session)) open.delete(keyText(key));
      return result;
    },
  };
}

export function hasEnded({ status }: RestoreSession): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' || status?.phase === 'Invalid';
}

async function reconcile(key: ObjectKey, ctx: Context, signal: AbortSignal): Promise<Result> {
  const stored = await ctx.store.get('RestoreSession', key);
  const purpose = `RestoreSession/${key.namespace}/${key.name}`;
  if (stored === undefined || hasEnded(stored)) {
    ctx.gates.release(purpose);
    ctx.desk.drop(purpose);
    if (stored?.metadata.deletionTimestamp !== undefined) await removeFinalizer(ctx, 'RestoreSession', stored);
    return DONE;
  }
  if (stored.metadata.deletionTimestamp !== undefined) return remove(ctx, stored);
  const run = openRestore(ctx, await ensureFinalizer(ctx, 'RestoreSession', stored), signal);
  for (const phase of PHASES) {
    const outcome = await phase.run(run);
    if (outcome.type === 'next') continue;
    if (outcome.type === 'end') Object.assign(run.status, ended(run.status.startTime, outcome, ctx.clock.now()));
    await run.save();
    if (outcome.type === 'wait') return requeueAfter(outcome.ms, `${phase.name}: ${outcome.why}`);
    await ctx.events.record(
      run.session,
      outcome.phase === 'Succeeded' ? 'Normal' : 'Warning',
      `Restore${outcome.phase}`,
      `${outcome.reason}: ${outcome.message}`,
    );
    ctx.gates.release(purpose);
    ctx.desk.drop(purpose);
    // What has ended must not go on: the last phase would find no host that failed and call it a success.
    return DONE;
  }
  return DONE;
}

/** What runs is stopped before the object goes. */
async function remove(ctx: Context, session: RestoreSession): Promise<Result> {
  const purpose = purposeOfRestore(session);
  const alive = (session.status?.stats ?? []).filter(
    (host) => host.orderID !== undefined && ctx.desk.report(host.orderID)?.state === 'Running',
  );
  for (const host of alive) ctx.desk.cancel(host.orderID ?? '', 'the session was deleted');
  if (alive.length > 0) return requeueAfter(5_000, 'agents stop');
  ctx.gates.release(purpose);
  ctx.desk.drop(purpose);
  await removeFinalizer(ctx, 'RestoreSession', session);
  return DONE;
}
