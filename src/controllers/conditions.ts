import type { Condition } from '../api/object.ts';

/** Condition types; names that Stash had are Stash's. */
export const CONDITIONS = {
  repositoryFound: 'RepositoryFound',
  backendSecretFound: 'BackendSecretFound',
  validationPassed: 'ValidationPassed',
  backupTargetFound: 'BackupTargetFound',
  restoreTargetFound: 'RestoreTargetFound',
  backendRepositoryInitialized: 'BackendRepositoryInitialized',
  repositoryIntegrityVerified: 'RepositoryIntegrityVerified',
  repositoryLocked: 'RepositoryLocked',
  recordsValid: 'RecordsValid',
  retentionPolicyApplied: 'RetentionPolicyApplied',
  snapshotsRecorded: 'SnapshotsRecorded',
  preBackupHook: 'PreBackupHookExecutionSucceeded',
  postBackupHook: 'PostBackupHookExecutionSucceeded',
  globalPreBackupHook: 'GlobalPreBackupHookSucceeded',
  globalPostBackupHook: 'GlobalPostBackupHookSucceeded',
  preRestoreHook: 'PreRestoreHookExecutionSucceeded',
  postRestoreHook: 'PostRestoreHookExecutionSucceeded',
  globalPreRestoreHook: 'GlobalPreRestoreHookSucceeded',
  globalPostRestoreHook: 'GlobalPostRestoreHookSucceeded',
  restoreCompleted: 'RestoreCompleted',
  everythingSupported: 'EverythingSupported',
  logSlaveUpdates: 'LogSlaveUpdates',
  recoverableWindowOpen: 'RecoverableWindowOpen',
  blueprintFollowed: 'BlueprintFollowed',
  backupSkipped: 'BackupSkipped',
  deadlineExceeded: 'DeadlineExceeded',
  ready: 'Ready',
  complete: 'Complete',
} as const;

export interface ConditionChange {
  type: string;
  status: Condition['status'];
  reason: string;
  message: string;
}

/** The list with this condition in it; `lastTransitionTime` moves only when `status` changes. */
export function withCondition(conditions: readonly Condition[] | undefined, change: ConditionChange, now: string): Condition[] {
  const before = conditions?.find((one) => one.type === change.type);
  const after: Condition = { ...change, lastTransitionTime: before?.status === change.status ? before.lastTransitionTime : now };
  if (before === undefined) return [...(conditions ?? []), after];
  return (conditions ?? []).map((one) => (one.type === change.type ? after : one));
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((one) => one.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}
