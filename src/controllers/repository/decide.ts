import type { BackupSession } from '../../api/backup-session.ts';
import { REPOSITORY_ACTIONS, type RepositoryRequest } from '../../api/names.ts';
import type { Repository } from '../../api/repository.ts';
import { elapsed, hasBeen } from '../../rules/elapsed.ts';
import { CONDITIONS, conditionOf } from '../conditions.ts';

const PROBE_EVERY_MS = 6 * 3_600_000;
const CHECK_EVERY_MS = 24 * 3_600_000;
/** After a failure: soon, then ever more rarely, as long as nobody waits for it. */
const PROBE_RETRY_MS = [10_000, 30_000, 60_000, 300_000] as const;

interface ProbeInput {
  repository: Repository;
  secretVersion: string;
  /** When the newest session that waits for this repository was created. */
  waitingSince: string | undefined;
  /** When a session last failed for a reason that says something about the repository. */
  troubleAt?: string | undefined;
  failures: number;
  /** Whether what stands for its storage can be reached, as far as that is known. */
  served?: boolean;
  now: Date;
}

/** Whether the repository must be opened again to know that it works; else when. */
export function probeDue({
  repository,
  secretVersion,
  waitingSince,
  troubleAt,
  failures,
  served = true,
  now,
}: ProbeInput): { due: true; why: string } | { due: false; inMs: number } {
  const { status, metadata } = repository;
  if (status?.lastProbeTime === undefined) return { due: true, why: 'it was never opened' };
  if (status.observedGeneration !== metadata.generation) return { due: true, why: 'its spec changed' };
  if (served && (status.phase === 'Pending' || status.error?.code === 'StorageNotServed'))
    return { due: true, why: 'its storage was not served' };
  if (status.observedSecretVersion !== secretVersion) return { due: true, why: 'its secret changed' };
  const since = elapsed(status.lastProbeTime, now);
  const trouble = Math.max(Date.parse(troubleAt ?? '') || 0, failedMaintenanceAt(status));
  if (trouble > Date.parse(status.lastProbeTime) && hasBeen(trouble, now)) return { due: true, why: 'somebody failed to use it' };
  if (status.phase === 'Ready')
    return since >= PROBE_EVERY_MS ? { due: true, why: 'the last time is long ago' } : { due: false, inMs: PROBE_EVERY_MS - since };
  // Times in status have whole seconds.
  if (waitingSince !== undefined && Date.parse(waitingSince) > Date.parse(status.lastProbeTime))
    return { due: true, why: 'a session waits for it' };
  const pause = PROBE_RETRY_MS[Math.min(failures, PROBE_RETRY_MS.length - 1)] ?? 0;
  return since >= pause ? { due: true, why: 'the last time failed' } : { due: false, inMs: pause - since };
}

/** Failures that say something about the repository as a whole: whether it is still there, and still ours. */
const STORAGE_TROUBLE: ReadonlySet<string> = new Set([
  'RepositoryMissing',
  'RepositoryReplaced',
  'WrongPassword',
  'StorageDenied',
  'StorageUnreachable',
  'StorageReadOnly',
]);

export function isStorageTrouble(code: string | undefined): boolean {
  return code !== undefined && STORAGE_TROUBLE.has(code);
}

/** What a corrected secret may mend. */
const MENDED_BY_SECRET: ReadonlySet<string> = new Set(['SecretMissing', 'SecretKeyMissing', 'WrongPassword', 'StorageDenied', 'Invalid']);
const SECRET_LOOK_MS = 20_000;

/**
 * In how many milliseconds the secret of a Repository with this error is to be looked at: in a cluster secrets are read one by one and never
 * watched, so nobody tells of one that was corrected. Infinity where that would mend nothing.
 */
export function secretLookMs(code: string | undefined): number {
  return code !== undefined && MENDED_BY_SECRET.has(code) ? SECRET_LOOK_MS : Number.POSITIVE_INFINITY;
}

function failedMaintenanceAt({ maintenance }: NonNullable<Repository['status']>): number {
  return maintenance?.phase === 'Failed' && isStorageTrouble(maintenance.error?.code) ? Date.parse(maintenance.endTime ?? '') || 0 : 0;
}

interface MaintenanceInput {
  repository: Repository;
  /** Sessions that stored something here that is not recorded yet. */
  unrecorded: readonly BackupSession[];
  /** So many snapshots of logs are not recorded that it is time. */
  manyLogs?: boolean;
  request: RepositoryRequest | undefined;
  /** Somebody waits for a maintenance that takes away what one that failed may have left. */
  owed?: boolean;
  now: Date;
}

/** Why maintenance is to run now; undefined when there is no reason. */
export function maintenanceReason({ repository, unrecorded, manyLogs, request, owed, now }: MaintenanceInput): string | undefined {
  const { status } = repository;
  if (status?.phase !== 'Ready') return undefined;
  if (request !== undefined) return request.action;
  if (owed === true) return 'LocksLeft';
  const pause = status.maintenance?.phase === 'Failed' ? 60_000 : 0;
  const since = elapsed(status.maintenance?.endTime ?? 0, now);
  if (since < pause) return undefined;
  if (unrecorded.length > 0) return 'BackupStored';
  if (manyLogs === true) return 'LogsStored';
  if ((status.forgetting ?? []).length > 0) return 'ForgetUnfinished';
  if (conditionOf(status.conditions, CONDITIONS.repositoryLocked)?.status === 'True' && since >= 300_000) return 'Locked';
  return undefined;
}

/** Whether this maintenance also checks the repository's structure. */
export function checkDue(repository: Repository, request: RepositoryRequest | undefined, now: Date): boolean {
  if (request?.action === 'Check') return true;
  const last = repository.status?.lastCheckTime;
  return last === undefined || elapsed(last, now) >= CHECK_EVERY_MS;
}

/** The request that is on the object and not answered yet. */
export function openRequest(repository: Repository, annotation: string | undefined): RepositoryRequest | undefined {
  if (annotation === undefined) return undefined;
  try {
    const request = JSON.parse(annotation) as Partial<RepositoryRequest>;
    if (typeof request.id !== 'string' || request.action === undefined || !REPOSITORY_ACTIONS.includes(request.action)) return undefined;
    return repository.status?.requests?.some((one) => one.id === request.id) ? undefined : (request as RepositoryRequest);
  } catch {
    return undefined;
  }
}
