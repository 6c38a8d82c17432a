import type { RepositoryRequest } from '../../api/names.ts';
import type { Repository, RepositoryStatus } from '../../api/repository.ts';
import type { MaintainResult, OrderError, ProbeResult } from '../../orders/report.ts';
import { formatBytes } from '../../rules/bytes.ts';
import type { MaintenancePlan } from '../../rules/maintenance.ts';
import { CONDITIONS, type ConditionChange, withCondition } from '../conditions.ts';

const KEPT_ANSWERS = 10;

/** Status after the repository was opened, or could not be. */
export function afterProbe(
  repository: Repository,
  outcome: { result: ProbeResult } | { error: OrderError },
  facts: { began: string; now: string; secretVersion: string; location?: string },
): RepositoryStatus {
  const status = repository.status ?? {};
  const seen = {
    observedGeneration: repository.metadata.generation ?? 0,
    observedSecretVersion: facts.secretVersion,
    lastProbeTime: facts.began,
  };
  if ('error' in outcome) {
    const { error } = outcome;
    const conditions = withAll(status, facts.now, [
      readyCondition(false, error.code, error.message),
      { type: CONDITIONS.backendSecretFound, ...secretVerdict(error) },
      { type: CONDITIONS.backendRepositoryInitialized, status: 'False', reason: error.code, message: error.message },
    ]);
    return { ...status, ...seen, phase: 'NotReady', error, probeFailures: (status.probeFailures ?? 0) + 1, conditions };
  }
  const { error: _error, probeFailures: _failures, ...rest } = status;
  const conditions = withAll(status, facts.now, [
    readyCondition(true, 'Ready', 'the repository can be used'),
    {
      type: CONDITIONS.backendSecretFound,
      status: 'True',
      reason: 'BackendSecretAvailable',
      message: 'the storage secret has what is needed',
    },
    {
      type: CONDITIONS.backendRepositoryInitialized,
      status: 'True',
      reason: 'BackendRepositoryInitialized',
      message: outcome.result.created ? 'the restic repository was made' : 'the restic repository was found',
    },
  ]);
  return {
    ...rest,
    ...seen,
    phase: 'Ready',
    repositoryID: outcome.result.repositoryId,
    ...(facts.location === undefined ? {} : { location: facts.location }),
    layout: status.layout ?? 'Single',
    conditions,
  };
}

/** Status while the server that stands for the storage is being started. An error of before says nothing any more. */
export function whileUnserved({ status = {} }: Repository, waiting: string, now: string): RepositoryStatus {
  const { error: _error, ...rest } = status;
  return { ...rest, phase: 'Pending', conditions: withAll(status, now, [readyCondition(false, 'StorageStarting', waiting)]) };
}

function readyCondition(ready: boolean, reason: string, message: string): ConditionChange {
  return { type: CONDITIONS.ready, status: ready ? 'True' : 'False', reason, message };
}

function secretVerdict(error: OrderError): Omit<ConditionChange, 'type'> {
  const missing = error.code === 'SecretMissing' || error.code === 'SecretKeyMissing';
  return missing
    ? { status: 'False', reason: 'BackendSecretNotAvailable', message: error.message }
    : { status: 'True', reason: 'BackendSecretAvailable', message: 'the storage secret was read' };
}

function withAll(status: RepositoryStatus, now: string, changes: ConditionChange[]) {
  return changes.reduce((list, change) => withCondition(list, change, now), status.conditions ?? []);
}

/** Status once a maintenance has decided what it will do: what is about to be forgotten is written down before it is. */
export function afterPlan(status: RepositoryStatus, plan: MaintenancePlan, recording: string[], now: string): RepositoryStatus {
  return {
    ...status,
    forgetting: plan.forget,
    recording,
    locks: plan.locks.locks,
    unexplained: plan.unexplained,
    conditions: withCondition(status.conditions, lockCondition(plan), now),
  };
}

function lockCondition(plan: MaintenancePlan): ConditionChange {
  const type = CONDITIONS.repositoryLocked;
  if (plan.exclusive) return { type, status: 'False', reason: 'NoLock', message: 'no lock stands in the way of maintenance' };
  return {
    type,
    status: 'True',
    reason: 'LockedByOther',
    message: `nothing is forgotten, pruned or checked while it stands: ${plan.locks.blocking.join('; ')}`,
  };
}

interface MaintenanceDone {
  plan: MaintenancePlan;
  result: MaintainResult;
  request: RepositoryRequest | undefined;
  now: string;
}

export function afterMaintenance(status: RepositoryStatus, done: MaintenanceDone): RepositoryStatus {
  const { plan, result, request, now } = done;
  const times = plan.entries
    .filter((entry) => entry.operation !== 'Log')
    .map((entry) => entry.time)
    .filter(Boolean)
    .sort();
  const first = times[0];
  const last = times.at(-1);
  const changes: ConditionChange[] = [
    { type: CONDITIONS.recordsValid, status: 'True', reason: 'RecordsRead', message: `${plan.entries.length} snapshots are recorded` },
  ];
  if (result.check !== undefined) changes.push(integrityCondition(result.check.errors, result.check.messages));
  const { recording: _recording, ...rest } = status;
  return {
    ...rest,
    maintenance: { ...status.maintenance, phase: 'Succeeded', endTime: now },
    lastMaintenanceTime: now,
    recordedSessions: status.recording ?? [],
    forgetting: [],
    locks: plan.removeLocks ? [] : plan.locks.locks,
    recorded: plan.entries.length,
    unexplained: plan.unexplained,
    snapshotCount: plan.present - result.forgotten.length,
    snapshotsRemovedOnLastCleanup: result.forgotten.length,
    ...(first === undefined ? {} : { firstBackupTime: first }),
    ...(last === undefined ? {} : { lastBackupTime: last }),
    ...(result.stats === undefined ? {} : { totalSize: formatBytes(result.stats.bytesStored) }),
    ...(result.check === undefined ? {} : { integrity: result.check.errors === 0, lastCheckTime: now }),
    ...(request === undefined ? {} : { requests: answered(status, request, 'Succeeded', answerText(done), now) }),
    conditions: changes.reduce((list, change) => withCondition(list, change, now), status.conditions ?? []),
  };
}

function integrityCondition(errors: number, messages: string[]): ConditionChange {
  const type = CONDITIONS.repositoryIntegrityVerified;
  if (errors === 0) return { type, status: 'True', reason: 'IntegrityVerified', message: 'the check found no error' };
  return {
    type,
    status: 'False',
    reason: 'RepositoryDamaged',
    message: `the check found ${errors} errors: ${messages.slice(0, 3).join('; ')}`,
  };
}

function answerText({ plan, result, request }: MaintenanceDone): string {
  const locked = plan.exclusive ? '' : ` Not done while a lock stands: ${plan.locks.blocking.join('; ')}.`;
  switch (request?.action) {
    case 'Check':
      return result.check === undefined
        ? `The check did not run.${locked}`
        : result.check.errors === 0
          ? 'No error was found.'
          : `${result.check.errors} errors: ${result.check.messages.slice(0, 3).join('; ')}`;
    case 'Unlock':
      return plan.removeLocks
        ? `${plan.locks.locks.length} locks were removed.`
        : plan.locks.locks.length === 0
          ? 'There was no lock.'
          : `No lock was removed.${locked}`;
    case 'Adopt':
      return `${plan.adopted} snapshots were adopted; ${plan.entries.length} are recorded.`;
    default:
      return `${result.forgotten.length} snapshots were forgotten${freedText(result)}; ${plan.entries.length} are recorded.${locked}`;
  }
}

function freedText({ bytesFreed }: MaintainResult): string {
  return bytesFreed === undefined ? '' : ` and ${formatBytes(bytesFreed)} freed`;
}

/** Whether what was asked for was done, for the answer to a request. */
export function requestFailed({ plan, result, request }: MaintenanceDone): boolean {
  if (request?.action === 'Check') return result.check === undefined || result.check.errors > 0;
  if (request?.action === 'Unlock') return !plan.removeLocks && plan.locks.locks.length > 0;
  return request?.action === 'Prune' && !plan.exclusive;
}

export function afterFailedMaintenance(
  status: RepositoryStatus,
  error: OrderError,
  request: RepositoryRequest | undefined,
  now: string,
): RepositoryStatus {
  const tampered = error.code === 'RecordsTampered';
  const { recording: _recording, ...rest } = status;
  return {
    ...rest,
    maintenance: { ...status.maintenance, phase: 'Failed', endTime: now, error },
    ...(request === undefined ? {} : { requests: answered(status, request, 'Failed', `${error.code}: ${error.message}`, now) }),
    ...(tampered
      ? {
          conditions: withCondition(
            status.conditions,
            { type: CONDITIONS.recordsValid, status: 'False', reason: error.code, message: error.message },
            now,
          ),
        }
      : {}),
  };
}

function answered(status: RepositoryStatus, request: RepositoryRequest, phase: 'Succeeded' | 'Failed', message: string, time: string) {
  return [...(status.requests ?? []), { id: request.id, action: request.action, phase, message, time }].slice(-KEPT_ANSWERS);
}
