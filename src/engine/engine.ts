/** What a repository is to restic. Secrets are in `env` and `files` only; neither is ever logged, journaled or put in argv. */
export interface RepositoryAccess {
  /** restic's repository URL, for instance `s3:http://127.0.0.1:9000/bucket/prefix`. Holds no credential. */
  url: string;
  /** RESTIC_PASSWORD, AWS_SECRET_ACCESS_KEY and the like. */
  env: Record<string, string>;
  /** Environment variable -> content of a private file that the driver writes for the run (mode 0600) and names in it. */
  files: Record<string, string>;
  /** Global flags without secrets, such as `-o`, `s3.bucket-lookup=path`, `--insecure-tls`. */
  flags: string[];
}

/** How one command of the engine is run; every command has a deadline, since restic retries for ever. */
export interface RunControl {
  signal: AbortSignal;
  /** Milliseconds. */
  timeoutMs: number;
  /** Called once the process runs, before it can have written a lock; awaited. For the agent's journal. */
  onProcess?: (process: EngineProcess) => Promise<void> | void;
  /**
   * Called when that process is known to be gone; awaited. Not called when the caller itself dies. `clean`: it ended by itself with an
   * exit code of its own, so it took its lock away; false after SIGKILL or another signal's death.
   */
  onProcessEnd?: (process: EngineProcess, clean: boolean) => Promise<void> | void;
  onProgress?: (progress: Progress) => void;
  /** Each line restic wrote that is not progress, already free of secrets. */
  onLog?: (line: string) => void;
}

export interface EngineProcess {
  pid: number;
  /** Host name as it appears in restic's locks. */
  hostname: string;
  /** Kernel start time of the process in clock ticks since boot (/proc/PID/stat, field 22): with pid it names a process for good. */
  startTicks: string;
}

interface Progress {
  /** 0 to 1. */
  done: number;
  bytesDone: number;
  bytesTotal: number;
  filesDone: number;
  filesTotal: number;
}

export interface BackupRequest {
  source:
    | { type: 'paths'; paths: string[]; exclude: string[] }
    | { type: 'command'; command: string[]; fileName: string; env: Record<string, string> };
  host: string;
  tags: string[];
  /** Read every file again, whatever the parent says. */
  force: boolean;
  /** Further flags of `restic backup` a user gave (Stash's target.args); checked before they come here. */
  args: string[];
}

export interface BackupSummary {
  snapshotId: string;
  filesNew: number;
  filesChanged: number;
  filesUnmodified: number;
  filesTotal: number;
  bytesProcessed: number;
  /** Bytes added to the repository, before and after compression. */
  bytesAdded: number;
  bytesStored: number;
  seconds: number;
  /** What could not be read. Not empty: the snapshot exists but is incomplete (restic's exit code 3). */
  unreadable: { item: string; message: string }[];
}

export interface Snapshot {
  id: string;
  time: string;
  host: string;
  paths: string[];
  tags: string[];
  username?: string;
  parent?: string;
  tree: string;
  /** Absent for snapshots of restic before 0.17. */
  bytesProcessed?: number;
  bytesStored?: number;
  filesTotal?: number;
}

export interface SnapshotFilter {
  hosts?: string[];
  /** All of them must be on the snapshot. */
  tags?: string[];
  paths?: string[];
  ids?: string[];
}

export type LoadRequest = { path: string } & ({ snapshotId: string } | { newestWith: string });

export interface RestoreRequest {
  /** Full id; never "latest", so that a plan and its run speak of the same one. */
  snapshotId: string;
  /** Absolute path inside the snapshot whose content goes into `target`; absent: the whole tree, full paths below `target`. */
  path?: string;
  target: string;
  include: string[];
  exclude: string[];
  /** Files that are there: rewritten where they differ (default), or left as they are. */
  existing?: 'rewrite' | 'leave';
  /** Remove what the snapshot does not have. */
  delete: boolean;
  args: string[];
}

export interface RestoreSummary {
  filesRestored: number;
  filesTotal: number;
  bytesRestored: number;
  bytesTotal: number;
  seconds: number;
}

export interface KeepPolicy {
  keepLast?: number;
  keepHourly?: number;
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  keepYearly?: number;
  keepTags?: string[];
}

export interface RepositoryStats {
  snapshots: number;
  /** Stored bytes, compressed. */
  bytesStored: number;
  bytesUncompressed: number;
}

export interface CheckResult {
  /** 0 means sound. */
  errors: number;
  brokenPacks: string[];
  messages: string[];
}

export interface Lock {
  id: string;
  time: string;
  exclusive: boolean;
  hostname: string;
  username: string;
  pid: number;
}

/**
 * The driver of a deduplicating backup program. Pure parts (argv, JSON) are apart from the running of processes.
 * Contract: a promise settles only after the process is gone; errors are StashError; nothing is reported as stored
 * unless the program said so and ended with the exit code that means it.
 */
export interface Engine {
  /** Throws ToolMissing or ToolTooOld. */
  version(): Promise<string>;
  /** RepositoryMissing when the place is empty. */
  open(access: RepositoryAccess, run: RunControl): Promise<{ id: string }>;
  /** Makes the repository; AlreadyExists when there is one. */
  init(access: RepositoryAccess, run: RunControl): Promise<{ id: string }>;
  backup(access: RepositoryAccess, request: BackupRequest, run: RunControl): Promise<BackupSummary>;
  /** Stores a small text (at most 16 MiB) as the only file of a snapshot. */
  save(
    access: RepositoryAccess,
    request: { text: string; fileName: string; host: string; tags: string[] },
    run: RunControl,
  ): Promise<BackupSummary>;
  /** The text of one file of a snapshot, or of the newest with a tag (SnapshotNotFound when there is none); refuses more than 16 MiB. */
  load(access: RepositoryAccess, request: LoadRequest, run: RunControl): Promise<string>;
  snapshots(access: RepositoryAccess, filter: SnapshotFilter, run: RunControl): Promise<Snapshot[]>;
  restore(access: RepositoryAccess, request: RestoreRequest, run: RunControl): Promise<RestoreSummary>;
  /** What the policy would remove among the snapshots of the filter, per host and paths; forgets nothing. An empty policy removes nothing. */
  forgetPlan(
    access: RepositoryAccess,
    policy: KeepPolicy,
    filter: SnapshotFilter,
    run: RunControl,
  ): Promise<{ keep: string[]; remove: string[] }>;
  /** Forgets exactly these. */
  forget(access: RepositoryAccess, ids: string[], run: RunControl): Promise<void>;
  /** Absent: how much was freed is not known. */
  prune(
    access: RepositoryAccess,
    options: { maxRepackSize?: string; maxUnused?: string },
    run: RunControl,
  ): Promise<{ bytesFreed?: number }>;
  check(access: RepositoryAccess, options: { readData?: boolean; readDataSubset?: string }, run: RunControl): Promise<CheckResult>;
  stats(access: RepositoryAccess, run: RunControl): Promise<RepositoryStats>;
  /** Read without taking a lock. */
  locks(access: RepositoryAccess, run: RunControl): Promise<Lock[]>;
  /** Takes away every lock, whoever holds it: only for the operator after the rules of ARCHITECTURE.md "Locks" allowed it. */
  removeAllLocks(access: RepositoryAccess, run: RunControl): Promise<void>;
  /**
   * Removes the repository's own objects, and nothing else at the place. RepositoryNotEmpty while it has a snapshot, RepositoryLocked while
   * there is a lock: looked at right before, and then nothing is removed. May be called again where an earlier call was cut off, or where
   * there is nothing left. Not for local directories and b2 (BackendUnsupported).
   */
  removeRepository(access: RepositoryAccess, run: RunControl): Promise<void>;
}
