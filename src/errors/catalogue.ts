/** What kind of failure a code is; the CLI's exit code follows from it. */
export type ErrorClass =
  | 'usage'
  | 'validation'
  | 'notFound'
  | 'conflict'
  | 'failed'
  | 'unreachable'
  | 'timeout'
  | 'interrupted'
  | 'internal';

interface Entry {
  class: ErrorClass;
  transient: boolean;
  /** What to do next: one sentence, imperative. */
  remedy: string;
}

const entry = (errorClass: ErrorClass, remedy: string, transient = false): Entry => ({ class: errorClass, transient, remedy });

/** Every code there is. Codes are stable; a code is never used for a second meaning. */
export const CATALOGUE = {
  Internal: entry('internal', 'Report this with the log of the operator; it is a defect.'),
  Usage: entry('usage', 'See the command with --help.'),
  // store and API
  NotFound: entry('notFound', 'Check the name and the namespace (stash get KIND -A lists what there is).'),
  AlreadyExists: entry('conflict', 'Choose another name, or apply the manifest instead of creating it.'),
  Conflict: entry('conflict', 'Somebody changed the object in between: read it again and repeat.', true),
  Invalid: entry('validation', 'Correct the fields that are named and apply the manifest again.'),
  StoreUnavailable: entry('unreachable', 'Check that the data directory (or the cluster) can be reached and written.', true),
  Forbidden: entry('failed', 'Grant the verb and the resource that are named to the account that asks (a Role and its binding).'),
  OperatorRunning: entry('conflict', 'Stop the other "stash up" on this data directory, or use another --data-dir.'),
  AddressUnavailable: entry('conflict', 'Choose another address, or stop what listens there.'),
  OperatorUnreachable: entry('unreachable', 'Start "stash up" with the same --data-dir.', true),
  TimedOut: entry('timeout', 'Raise the timeout, or look at what it was waiting for with stash describe.'),
  Canceled: entry('failed', 'Start it again when you want it to run.'),
  Interrupted: entry('interrupted', 'What was started goes on; look at it with "stash get" and "stash describe".'),
  // processes
  ToolMissing: entry('failed', 'Run "stash doctor": it says what is missing on this machine and how to get it.'),
  ToolTooOld: entry('failed', 'Run "stash doctor": it says which version is needed and how to get it.'),
  CommandFailed: entry('failed', 'Read the output of the command in the log of the session.'),
  // repository and engine
  RepositoryNotFound: entry('failed', 'Create the Repository that is named, or correct the reference.'),
  RepositoryMissing: entry('failed', 'The place holds no restic repository: check bucket, prefix and endpoint.'),
  RepositoryUnfinished: entry(
    'failed',
    'The place holds keys of restic and no config: if data, index and snapshots there are empty, remove what is in keys; else put config back.',
  ),
  RepositoryNotEmpty: entry('conflict', 'Nothing was removed: see "stash snapshots REPOSITORY --all" for what it still holds.'),
  WrongPassword: entry('failed', 'Put the password this restic repository was made with into RESTIC_PASSWORD of the storage secret.'),
  SecretMissing: entry('failed', 'Create the secret that is named in the namespace of the object that names it.'),
  SecretKeyMissing: entry('failed', 'Add the key that is named to the secret.'),
  RepositoryLocked: entry('failed', 'Wait for the other run, or see "stash unlock REPOSITORY --dry-run" for who holds the lock.', true),
  LockedByOther: entry(
    'failed',
    'A lock is held by somebody Stash does not know: end that process; the lock is taken away after 30 minutes without renewal.',
    true,
  ),
  StorageDenied: entry('failed', 'Check the credentials in the storage secret and their rights on the bucket.'),
  StorageUnreachable: entry('unreachable', 'Check that the storage endpoint can be reached from here.', true),
  StorageNotServed: entry(
    'unreachable',
    'Mend what is named: the pod that serves the volume is in the namespace of the Repository (kubectl describe pod); it is looked at again by itself.',
    true,
  ),
  StorageFull: entry('failed', 'Free space in the storage, or shorten the retention policy.', true),
  StorageReadOnly: entry('failed', 'Make the storage writable for these credentials.'),
  RepositoryDamaged: entry(
    'failed',
    'Run "stash check REPOSITORY --read-data", then repair it with restic as docs/troubleshooting.md shows.',
  ),
  RequestFailed: entry('failed', 'See "stash describe repository NAME" and "stash logs repository/NAME".'),
  SnapshotNotFound: entry('notFound', 'List what there is with "stash snapshots REPOSITORY".'),
  BackendUnsupported: entry('validation', 'Use one of local, s3, gcs, azure, swift, b2, rest, sftp.'),
  LayoutSingle: entry(
    'validation',
    'Use a Repository in the namespace of the configuration; a Repository of layout Single is not lent to others.',
  ),
  GatewayRequired: entry(
    'validation',
    'Use a Repository in the namespace of the configuration; one of another namespace needs the gateway, which is not built yet.',
  ),
  HostTaken: entry('validation', 'Give the target another target.alias, or use another Repository.'),
  RepositoryReplaced: entry(
    'failed',
    'Put the repository back that was there, or delete the Repository object and apply it again to use this one.',
  ),
  RecordsTampered: entry('failed', 'Find out who wrote to the repository, then run "stash adopt REPOSITORY" to record what is there.'),
  // data
  TargetNotReady: entry(
    'failed',
    'See why its pods do not become ready: kubectl describe pod. The next run finds them, or retryConfig repeats it.',
  ),
  PathNotFound: entry('failed', 'Correct target.paths; a path must exist on the host when the backup runs.'),
  PathIsLink: entry('failed', 'Name the directory itself, which the link points to, in target.paths.'),
  PartialRead: entry(
    'failed',
    'Make the named files readable for the agent, or exclude them; the rest was stored, but is not counted as a success.',
  ),
  StageFull: entry('failed', 'Give the stage more room (tempDir), or lower what is staged.'),
  StageUnusable: entry('failed', 'Check the stage directory: it must exist and be writable for the agent.'),
  // database
  DatabaseUnreachable: entry('unreachable', 'Check that the server runs and that the AppBinding points to it.', true),
  DatabaseLost: entry(
    'unreachable',
    'See in the log of the server why it ended or closed the connection. A backup that it was lost to is begun once more, when it is back.',
    true,
  ),
  DatabaseAccessDenied: entry('failed', 'Correct username and password in the secret of the AppBinding.'),
  DatabaseGrantMissing: entry('failed', 'Grant the privilege that is named (docs/mariadb.md has the full list).'),
  DatabaseUnsupported: entry('failed', 'See docs/mariadb.md for what is supported.'),
  LogBinOff: entry('failed', 'Set log_bin in the configuration of the server and restart it, or remove the Log alias.'),
  DatabaseElsewhere: entry(
    'failed',
    'A physical backup runs on the machine of the server: run Stash there, or correct the address in the AppBinding.',
  ),
  DataUnreadable: entry('failed', 'Run "stash up" as root or as the user that owns the data directory.'),
  ToolVersionMismatch: entry('failed', 'Install the mariadb-backup of the same MariaDB series as the server.'),
  ChainBroken: entry('failed', 'Restore another snapshot; have a full backup made if this is the newest one.'),
  DatabaseRunning: entry('conflict', 'Stop the server, or give stopCommand and startCommand in the RestoreSession.'),
  DestinationNotEmpty: entry('conflict', 'Empty the directory, or set allowOverwrite: true and choose previousData.'),
  DestinationFull: entry('failed', 'Free space in the file system that is named, then restore again.'),
  DestinationUnusable: entry('failed', 'Run "stash up" as a user that may write the directory that is named, or restore somewhere else.'),
  // points in time
  PointNotFound: entry('notFound', 'See what can be restored to with "stash window CONFIG", and name a point in it.'),
  PointOutsideWindow: entry(
    'notFound',
    'Choose a point inside one of the intervals ("stash window CONFIG"), or a snapshot with --snapshot.',
  ),
  PointAmbiguous: entry('conflict', 'Say which timeline is meant with --timeline (spec.timeline); "stash window CONFIG" lists them.'),
  LogsDamaged: entry(
    'failed',
    'Restore to a point before what is named, or from another repository; check this one with "stash check REPOSITORY --read-data".',
  ),
  ReplayFailed: entry(
    'failed',
    'Nothing was changed: restore to the GTID that is named, or one before it (--gtid); the log of the session has all that was said.',
  ),
  // workloads
  SidecarRefused: entry('validation', 'Correct what is named in the workload or in the object that names it as its target.'),
  SidecarContested: entry(
    'conflict',
    'Find out who removes or changes the sidecar; where the manifest is kept elsewhere, put what "stash inject -f" prints there. Edit the object that asks for it to try again.',
  ),
  // sessions
  NotSupportedYet: entry('validation', 'This operation is not built yet; remove the alias or wait for a release that has it.'),
  FunctionFailed: entry('failed', 'Read the function\'s output with "stash logs SESSION".'),
  FunctionNotFound: entry('validation', 'Apply the Function that is named, or correct the binding.'),
  HookRefused: entry(
    'failed',
    'Install the chart with hooks.exec.enabled=true, which lets the operator run commands in pods; or use httpGet, httpPost or tcpSocket.',
  ),
  HookFailed: entry('failed', 'Correct the hook, or what it calls.'),
  DeadlineExceeded: entry('timeout', 'Raise timeOut, or find out what took so long with "stash logs SESSION".'),
  AgentLost: entry(
    'failed',
    'The agent ended while it ran this; it is started again by itself. Run the backup again if no retry follows.',
    true,
  ),
  AgentTooOld: entry(
    'failed',
    'The agent is of an earlier version: replace the pod, so that it gets the agent of this operator ("stash upgrade-agents" does that), and run it again.',
  ),
  // primary and replicas
  HostSilent: entry('failed', 'Find out why the host does not answer: its pod, the agent in it, or the server; then run it again.'),
  NoPrimary: entry(
    'failed',
    'Make one of the servers the primary, or start the one that does not answer, and run it again; with source: All every host is backed up.',
  ),
  SeveralPrimaries: entry(
    'failed',
    'Two servers take writes: find out which is right, make the other its replica (CHANGE MASTER), and run it again.',
  ),
  RoleChanged: entry('failed', 'Nothing has to be done: the next run goes to the new primary.'),
  AgentReplaced: entry('conflict', 'Nothing has to be done: another run of this agent has taken its place.'),
  // between operator and agents
  TokenRefused: entry(
    'failed',
    'Make sure that the agent reads the token it was given for this operator; it reads it again by itself.',
    true,
  ),
  AgentNotAllowed: entry('failed', 'An agent serves its own namespace alone: run it in a pod of the namespace its key names.'),
  OperatorUntrusted: entry(
    'unreachable',
    'Compare the CA file of the agent with the certificate the operator serves; both are renewed by themselves.',
    true,
  ),
  ReportTooLarge: entry('failed', 'What the agent has to report is more than the operator takes in: split the target or the repository.'),
  ReportNotUnderstood: entry(
    'failed',
    'Agent and operator are of different versions: replace the pod, so that it gets the agent of this operator, and run it again.',
  ),
  StoredPartly: entry('failed', 'The repositories named have it; the rest catch up at the next run.', true),
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof CATALOGUE;
