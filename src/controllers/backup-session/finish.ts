import type { BackupSessionStatus } from '../../api/backup-session.ts';
import type { HostBackupStats } from '../../api/backup-target-status.ts';
import { StashError } from '../../errors/error.ts';
import { apart } from '../../rules/elapsed.ts';
import { memberKey } from '../../rules/invoker.ts';
import { CONDITIONS } from '../conditions.ts';
import { hostsEnded } from '../repository/sessions.ts';
import { postBackupHooks } from './hooks.ts';
import { maintenanceOutcomes, type RepositoryOutcome } from './recorded.ts';
import { SILENT } from './role-answers.ts';
import { fail, type SessionOutcome, type SessionRun, wait } from './session-run.ts';

/** How long a stored session waits for retention before it ends without. */
const RETENTION_WAIT_MS = 600_000;

/** All hosts are done: DataStored if everything is everywhere, the hooks after it, retention, and the end. */
export async function finish(run: SessionRun): Promise<SessionOutcome> {
  const failure = firstFailure(run);
  if (run.status.phase === 'Running') {
    const operation = operationDone(run);
    if (operation !== undefined) run.status.operation = operation;
    const hookError = await postBackupHooks(run, failure?.message);
    if (failure !== undefined) return fail(failure);
    if (hookError !== undefined) return fail(hookError);
    const hosts = (run.status.targets ?? []).flatMap((target) => target.stats ?? []);
    const host = hosts.find(({ phase }) => phase === 'Succeeded');
    // Nothing that succeeded, nothing that is stored.
    if (host === undefined) return { type: 'end', phase: 'Skipped', reason: 'NothingToDo', message: reasonsOf(hosts).join('; ') };
    Object.assign(run.status, {
      phase: 'DataStored',
      reason: 'DataStored',
      message: 'the data is stored; retention is applied',
    });
    await run.save();
    run.ctx.gates.release(run.purpose);
    await run.ctx.events.record(run.session, 'Normal', 'DataStored', storedText(run));
  }
  return afterRetention(run);
}

/** Of the first host that succeeded, else of one that made something all the same. */
function operationDone({ status }: SessionRun): BackupSessionStatus['operation'] {
  const hosts = (status.targets ?? []).flatMap((target) => target.stats ?? []);
  const done = hosts.filter(({ operation }) => operation?.performed !== undefined);
  return (done.find(({ phase }) => phase === 'Succeeded') ?? done[0])?.operation;
}

/** Of those that were to be backed up. */
function reasonsOf(hosts: readonly HostBackupStats[]): string[] {
  return hosts.flatMap(({ operation, role }) => (role === 'Replica' || operation?.reason === SILENT ? [] : (operation?.reason ?? [])));
}

function firstFailure(run: SessionRun): StashError | undefined {
  const hosts = (run.status.targets ?? []).flatMap((target) => (target.stats ?? []).map((host) => ({ target, host })));
  const failed = hosts.filter(({ host }) => host.phase === 'Failed');
  const [first] = failed;
  if (first === undefined) return undefined;
  const where =
    hosts.length === 1
      ? ''
      : `${failed.length} of ${hosts.length} hosts failed; ${memberKey(first.target.ref, run.invoker.namespace)} ${first.host.hostname}: `;
  const code = (first.host.errorCode ?? 'Internal') as StashError['code'];
  return new StashError(code, `${where}${first.host.error}`, { remedy: first.host.remedy ?? '' });
}

async function afterRetention(run: SessionRun): Promise<SessionOutcome> {
  const outcomes = await maintenanceOutcomes(run.ctx, run.session);
  const pending = outcomes.find((one) => one.phase === 'Pending');
  if (pending !== undefined && apart(hostsEnded(run.session), run.now) < RETENTION_WAIT_MS)
    return wait(10_000, `retention of ${pending.name}`);
  const { ok, reason, message } = retentionOutcome(outcomes);
  run.condition(CONDITIONS.retentionPolicyApplied, ok, reason, message);
  if (ok === true) run.condition(CONDITIONS.snapshotsRecorded, true, 'Recorded', 'its snapshots are in the records');
  // The snapshots were told with DataStored.
  return { type: 'end', phase: 'Succeeded', reason: 'DataStored', message: storedText(run), told: `retention: ${message}` };
}

function retentionOutcome(outcomes: readonly RepositoryOutcome[]): { ok: boolean | 'Unknown'; reason: string; message: string } {
  const pending = outcomes.filter((one) => one.phase === 'Pending').map(({ name }) => name);
  if (pending.length > 0) return { ok: 'Unknown', reason: 'RetentionPending', message: `not applied yet in ${pending.join(', ')}` };
  const failed = outcomes
    .filter((one) => one.phase === 'Failed')
    .map(({ name, status }) => `${name}: ${status?.maintenance?.error?.message}`);
  if (failed.length > 0) return { ok: false, reason: 'FailedToApplyRetentionPolicy', message: failed.join('; ') };
  const removed = outcomes.reduce((sum, { status }) => sum + (status?.snapshotsRemovedOnLastCleanup ?? 0), 0);
  return { ok: true, reason: 'SuccessfullyAppliedRetentionPolicy', message: `the last cleanup forgot ${removed} snapshots` };
}

function storedText(run: SessionRun): string {
  const snapshots = (run.status.targets ?? []).flatMap((target) => (target.stats ?? []).flatMap((host) => host.snapshots ?? []));
  return snapshots.map((one) => `snapshot ${one.name}: ${one.totalSize}, ${one.uploaded} added`).join('; ');
}
