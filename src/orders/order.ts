import type { RepositoryStatus } from '../api/repository.ts';
import type { RepositoryAccess } from '../engine/engine.ts';
import type { OrderError } from './report.ts';

/**
 * What the operator tells an agent to do. An order is idempotent by `id`: giving it again gives its report again, never a second run.
 * It carries secrets (repository access, connection); the agent keeps those in memory and journals the rest.
 */
export interface Order {
  id: string;
  /** Lease transitions of the operator that gave it; an agent refuses a lower one than it has seen. */
  epoch: number;
  /** RFC 3339; the agent ends the work by itself when it has passed. */
  deadline: string;
  /** What it is done for, as `Kind/namespace/name`; also where its log goes. */
  purpose: string;
  task: BackupTask | RestoreTask | RoleTask | LogTask | RepositoryTask;
}

/** One step of a Task: a function as it is to be run. Without a command the engine alone does the work. */
export interface FunctionStep {
  name: string;
  command: string[];
  env: Record<string, string>;
  params: Record<string, string>;
  /** What the engine uploads when the function's result does not say. */
  source: 'Stage' | 'Paths';
  /** Where the engine puts restored data: a scratch directory for the function, or straight where it belongs. */
  fetch: 'Stage' | 'Destination';
  /** It can say, from the chain's index alone and before anything is stopped, whether the restore can be done (operation `Check`). */
  checks: boolean;
  /** It can say whether this host is the primary (operation `Role`). */
  roles?: boolean;
  /** Absent: a private directory. */
  workingDir?: string;
  /** Beginnings of names: what so begins in the environment of the agent's container is for this function, under the rest of the name. */
  fromPod?: { plain: string; secret: string };
  /** What in `env` is secret, whatever its name; the agent knows it, an order never says it. */
  secrets?: string[];
}

/** How to log in to a database; secret as a whole. */
export interface Connection {
  type: string;
  version?: string;
  host?: string;
  port?: number;
  socket?: string;
  username?: string;
  password?: string;
  caCertificate?: string;
}

export interface RepositoryRef {
  namespace: string;
  name: string;
}

export interface OpenRepository extends RepositoryRef {
  access: RepositoryAccess;
}

/** Where a backup is to be stored. */
export interface BackupPlace extends OpenRepository {
  /** Why it cannot be used now: nothing is asked of it or stored there, and the result has this. Others get what they are to have. */
  unusable?: OrderError;
}

export interface BackupTask {
  type: 'Backup';
  operation: 'Full' | 'Incremental';
  alias: string;
  /** How the links of this host's chain go on; absent where the functions make no incrementals. */
  chain?: ChainOrder;
  /** restic's --host. */
  host: string;
  steps: FunctionStep[];
  /**
   * A file in which others have told what they stored, before the agent began: nothing is backed up here, and there are no steps. What they
   * stored is no older than `since`, RFC 3339.
   */
  output?: { file: string; since: string };
  /** The host was chosen because it is the primary: what is made counts only if it still is when it is complete. */
  onlyPrimary?: boolean;
  paths: string[];
  exclude: string[];
  /** Further flags for `restic backup`. */
  args: string[];
  connection?: Connection;
  repositories: BackupPlace[];
  tags: string[];
}

export interface ChainOrder {
  maxIncrementals: number;
  maxRatio: number;
  onLostStage: 'Full' | 'Refetch';
  /** Why the operator wants a Full instead of an Incremental. */
  force?: { reason: string; message: string };
}

export interface RestoreTask {
  type: 'Restore';
  /** What to bring back, in order; paths empty: all of the snapshot's. `bytes`: what that takes, where it is known. */
  snapshots: { id: string; paths: string[]; bytes?: number }[];
  /** The host that wrote the snapshots. */
  sourceHost: string;
  /** Logs that are replayed on them, in order, to this point. */
  logs?: LogSnapshot[];
  point?: LogPoint;
  steps: FunctionStep[];
  /** A file in which others have told what they restored, before the agent began. */
  output?: string;
  include: string[];
  exclude: string[];
  args: string[];
  /** Absent: where the data came from. */
  destination?: string;
  allowOverwrite: boolean;
  previousData: 'Keep' | 'Discard';
  stopCommand: string[];
  startCommand: string[];
  connection?: Connection;
  repository: OpenRepository;
}

/** A place in logs. Either `gtid` or `time` (RFC 3339) is there; `Restore` takes a `gtid` alone. */
export interface LogPoint {
  /** A transaction, or a whole state: one transaction a domain, with commas. */
  gtid?: string;
  time?: string;
  /** Of a `Restore`: the logs that lead there, also where the snapshot alone is the point. */
  timeline?: string;
  /** Just before it instead of just after it. */
  exclusive: boolean;
  /** With several series: the states at which the first goes over into the second, that into the third, and so on. */
  switches: string[];
}

/** What `Resolve` found. */
export interface ResolvedPoint {
  /** State over all domains. */
  gtid: string;
  /** The transactions next to it, with the times of their commits (RFC 3339). */
  before?: { gtid: string; time: string };
  after?: { gtid: string; time: string };
  /** Transactions that a time puts on the other side of it, since the clocks did not run forward. */
  misplaced?: number;
}

/** A stored series of logs. */
export interface LogSnapshot {
  id: string;
  path: string;
  bytes?: number;
}

/** Asks a host which role it has; nothing is changed, so it may be asked as often as one likes. */
export interface RoleTask {
  type: 'Role';
  steps: FunctionStep[];
  connection?: Connection;
}

/** Brings the staged logs of a host up to date, once, and stores them where something of them is not stored. */
export interface LogTask {
  type: 'Log';
  alias: string;
  /** restic's --host. */
  host: string;
  steps: FunctionStep[];
  connection?: Connection;
  /** Those that may be used now. */
  repositories: OpenRepository[];
  /** All that get logs of this target: what one of them lacks stays in the stage. */
  wanted: RepositoryRef[];
  tags: string[];
  /** A host that is a replica archives nothing. */
  onlyPrimary: boolean;
  /** The series of this target that was archived last, by whatever host. */
  previous?: PreviousLog;
}

/** Work on a repository itself, done by the repository's own agent. */
export type RepositoryTask =
  | { type: 'Probe'; repository: OpenRepository; create: boolean }
  /** What there is to restore. */
  | { type: 'List'; repository: OpenRepository }
  /** What a point means in each of these logs, as the step that can replay them reads it. */
  | { type: 'Resolve'; repository: OpenRepository; step: FunctionStep; logs: LogSnapshot[]; point: LogPoint }
  /** What maintenance decides by. */
  | { type: 'Survey'; repository: OpenRepository }
  | {
      type: 'Maintain';
      repository: OpenRepository;
      removeLocks: boolean;
      forget: string[];
      records?: RecordsWrite;
      prune?: { maxRepackSize: string };
      check?: { readData: boolean };
    }
  /** Forgets what is recorded, and these ids that are not recorded yet; when that was all, the repository's own objects go too. */
  | {
      type: 'Wipe';
      repository: OpenRepository;
      repositoryId: string;
      unrecorded: string[];
      /** What locks are judged by; nothing of ours is under way there. */
      knownLocks: JudgedLock[];
      ended: EndedProcess[];
    };

/** A lock as the status of a Repository has it. */
export type JudgedLock = NonNullable<RepositoryStatus['locks']>[number];

interface RecordsWrite {
  /** The whole new text, authenticated. */
  text: string;
  /** Records snapshots that are older than the newest; that one stays until the next time, so that there is always one. */
  replaces: string[];
}

/** A GTID with the time it was committed at (seconds since 1970) and the GTID state it made. */
export interface LogMark {
  gtid: string;
  time: number;
  state: string;
}

/** A series of logs, as far as another can be shown to go on from it. */
export interface PreviousLog {
  timeline: string;
  gtid: string;
  /** Oldest first. */
  recent: LogMark[];
}

/** A process of the engine at work on a repository, in which it may hold a lock. */
export interface EngineProcess {
  /** As it is in restic's locks. */
  hostname: string;
  pid: number;
  startTicks: string;
  repository: RepositoryRef;
}

/** A process of the engine that ended without taking its lock away, as the agent that started it confirms. */
export interface EndedProcess extends EngineProcess {
  time: string;
}
