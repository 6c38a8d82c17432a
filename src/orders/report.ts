import type { CheckResult, Lock, RepositoryStats, Snapshot } from '../engine/engine.ts';
import type { JudgedLock, LogMark, RepositoryRef, ResolvedPoint } from './order.ts';

/** What an agent says of an order. Terminal once state is Succeeded or Failed; kept by the agent until the operator has acknowledged it. */
export interface Report {
  orderId: string;
  state: 'Running' | 'Succeeded' | 'Failed';
  startTime: string;
  endTime?: string;
  steps: StepReport[];
  progress?: StepProgress;
  error?: OrderError;
  result?: OrderResult;
}

export interface StepReport {
  name: string;
  phase: 'Running' | 'Succeeded' | 'Failed' | 'Skipped';
  /** Seconds. */
  seconds?: number;
}

interface StepProgress {
  step: string;
  /** 0 to 100. */
  percentDone: number;
  bytesDone: number;
  totalBytes: number;
  filesDone: number;
  totalFiles: number;
  updateTime: string;
}

export interface OrderError {
  code: string;
  message: string;
  remedy: string;
}

export type OrderResult =
  | BackupResult
  | RestoreResult
  | RoleResult
  | LogResult
  | ProbeResult
  | ListResult
  | ResolveResult
  | SurveyResult
  | MaintainResult
  | WipeResult;

export interface BackupResult {
  type: 'Backup';
  operation: { requested: string; performed: string; reason: string };
  /** For people: by what that was decided, and what else should be known. */
  message?: string;
  /** Why it was a Full is something that somebody should look at. */
  fault?: boolean;
  position?: Record<string, unknown>;
  stored: StoredSnapshot[];
  /** Of the chain before, which a Full replaced: links that a repository did not have yet. */
  caughtUp?: StoredSnapshot[];
  failed: (RepositoryRef & { error: OrderError })[];
  /** A function found nothing to do, and why: nothing was stored. */
  skipped?: string;
}

export interface StoredSnapshot {
  repository: RepositoryRef;
  snapshotId: string;
  paths: string[];
  totalBytes: number;
  storedBytes: number;
  seconds: number;
  files: { total: number; new: number; modified: number; unmodified: number };
  /** What could not be read; not empty: the snapshot is there but incomplete. */
  unreadable: { item: string; message: string }[];
}

export interface RestoreResult {
  type: 'Restore';
  files: number;
  bytes: number;
  message?: string;
}

export interface RoleResult {
  type: 'Role';
  role: 'Primary' | 'Replica';
  /** What it was concluded from: plain values for people and status. */
  evidence: RoleEvidence;
}

export interface LogResult {
  type: 'Log';
  /** Absent where the host could not be asked; see `error`. */
  role?: 'Primary' | 'Replica';
  evidence?: RoleEvidence;
  /** What is staged; absent where nothing is. `until`: everything up to then, by the clock of the server, is in it. */
  log?: { timeline: string; from: string; gtid: string; until: string; recent: LogMark[]; continues?: string; follows?: string };
  /** Why the series before this one ended; where something is missing between them, `from` and `to` say what (GTID states). */
  ended?: { reason: string; message: string; time: string; from: string; to: string };
  stored: StoredLog[];
  failed: (RepositoryRef & { error: OrderError })[];
  /** Repositories of the order in which all of this is, stored now or before. */
  complete: RepositoryRef[];
  /** What kept the log from being brought up to date; the rest is of what was staged before. */
  error?: OrderError;
}

export interface StoredLog {
  repository: RepositoryRef;
  snapshotId: string;
  totalBytes: number;
  storedBytes: number;
  seconds: number;
  /** Something could not be read: the snapshot is there, and nothing is to be restored from it. */
  incomplete?: boolean;
}

export type RoleEvidence = Record<string, string | number | boolean>;

export interface ProbeResult {
  type: 'Probe';
  repositoryId: string;
  created: boolean;
  stats?: RepositoryStats;
}

/** What a repository holds. */
export interface Holdings {
  snapshots: Snapshot[];
  /** Text and snapshot id of the newest records, when there are any. */
  records?: { snapshotId: string; text: string };
}

interface ListResult extends Holdings {
  type: 'List';
}

export interface ResolveResult {
  type: 'Resolve';
  /** Of each log, by the id of its snapshot, that holds the point. */
  found: (ResolvedPoint & { id: string })[];
}

export interface SurveyResult extends Holdings {
  type: 'Survey';
  repositoryId: string;
  locks: Lock[];
}

export interface MaintainResult {
  type: 'Maintain';
  recordsSnapshot?: string;
  forgotten: string[];
  /** By a prune; absent when there was none, or when it is not known. */
  bytesFreed?: number;
  stats?: RepositoryStats;
  check?: CheckResult;
}

export interface WipeResult {
  type: 'Wipe';
  forgotten: string[];
  /** Nothing was removed: a lock stands that may not be taken away (yet). */
  locked?: { locks: JudgedLock[]; blocking: string[] };
  /** Why the restic repository is still there, without what was forgotten; absent: nothing of it is left. */
  kept?: string;
}
