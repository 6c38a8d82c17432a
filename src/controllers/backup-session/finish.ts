import { asStashError, StashError } from '../../errors/error.ts';
import { CONDITIONS } from '../conditions.ts';
import { hostsEnded } from '../repository/sessions.ts';
import { postBackupHooks } from './hooks.ts';
import { maintenanceOutcomes } from './recorded.ts';
import { type PhaseOutcome, type SessionRun, wait } from './session-run.ts';

/** How long a stored session waits for retention before it ends without. */
const RETENTION_WAIT_MS = 600_000;

/** All hosts are done: DataStored if everything is everywhere, the hooks after it, retention, and the end. */
export async function finish(run: SessionRun): Promise<PhaseOutcome> {
  const failure = firstFailure(run);
  if (run.status.phase === 'Running') {
    const hookError = await postBackupHooks(run, failure?.message);
    if (failure !== undefined) return ended('Failed', failure);
    if (hookError !== undefined) return ended('Failed', asStashError(hookError));
    const hosts = (run.status.targets ?? []).flatMap((target) => target.stats ?? []);
    const host = hosts.find(({ phase }) => phase === 'Succeeded');
    // Nothing that succeeded, nothing that is stored.
    if (host === undefined)
      return { type: 'end', phase: 'Skipped', reason: 'NothingToDo', message: hosts.map((one) => one.operation?.reason).join('; ') };
    Object.assign(run.status, {
      phase: 'DataStored',
      reason: 'DataStored',
      message: 'the data is stored; retention is applied',
      operation: host.operation ?? run.status.operation,
    });
    await run.save();
    run.ctx.gates.release(run.purpose);
    await run.ctx.events.record(run.session, 'Normal', 'DataStored', storedText(run));
  }
  return afterRetention(run);
}

function firstFailure(run: SessionRun): StashError | undefined {
  const hosts = (run.status.targets ?? []).flatMap((target) => (target.stats ?? []).map((host) => ({ target, host })));
  const failed = hosts.filter(({ host }) => host.phase === 'Failed');
  const [first] = failed;
  if (first === undefined) return undefined;
  const where =
    hosts.length === 1
      ? ''
      : `${failed.length} of ${hosts.length} hosts failed; ${first.target.ref?.kind}/${first.target.ref?.name} ${first.host.hostname}: `;
  const code = (first.host.errorCode ?? 'Internal') as StashError['code'];
  return new StashError(code, `${where}${first.host.error}`, { remedy: first.host.remedy ?? '' });
}

function ended(phase: 'Failed', error: StashError): PhaseOutcome {
  return { type: 'end', phase, reason: error.code, message: `${error.message}. ${error.remedy}`.trim() };
}

async function afterRetention(run: SessionRun): Promise<PhaseOutcome> {
  const outcomes = await maintenanceOutcomes(run.ctx, run.session);
  const named = (phase: string) => outcomes.filter((one) => one.phase === phase);
  const pending = named('Pending')
    .map(({ name }) => name)
    .join(', ');
  // A clock that was set back a day must not make it a day.
  const waited = Math.abs(run.now.getTime() - hostsEnded(run.session));
  if (pending !== '' && waited < RETENTION_WAIT_MS) return wait(10_000, `retention of ${pending}`);
  const failed = named('Failed').map(({ name, status }) => `${name}: ${status?.maintenance?.error?.message}`);
  const type = CONDITIONS.retentionPolicyApplied;
  if (pending !== '') run.condition(type, 'Unknown', 'RetentionPending', `not applied yet in ${pending}`);
  else if (failed.length > 0) run.condition(type, false, 'FailedToApplyRetentionPolicy', failed.join('; '));
  else {
    const removed = outcomes.reduce((sum, { status }) => sum + (status?.snapshotsRemovedOnLastCleanup ?? 0), 0);
    run.condition(type, true, 'SuccessfullyAppliedRetentionPolicy', `the last cleanup forgot ${removed} snapshots`);
    run.condition(CONDITIONS.snapshotsRecorded, true, 'Recorded', 'its snapshots are in the records');
  }
  return { type: 'end', phase: 'Succeeded', reason: 'DataStored', message: storedText(run) };
}

function storedText(run: SessionRun): string {
  const snapshots = (run.status.targets ?? []).flatMap((target) => (target.stats ?? []).flatMap((host) => host.snapshots ?? []));
  return snapshots.map((one) => `snapshot ${one.name}: ${one.totalSize}, ${one.uploaded} added`).join('; ');
}
