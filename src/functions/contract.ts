import { CATALOGUE, type ErrorCode } from '../errors/catalogue.ts';
import { StashError } from '../errors/error.ts';
import type { FunctionStep, LogPoint, ResolvedPoint } from '../orders/order.ts';
import type { LogStart } from '../rules/log/log-index.ts';

/** What a run of a function is told, besides its parameters. Paths are absolute. docs/functions.md is the contract in words. */
export interface FunctionInput {
  operation: 'Full' | 'Incremental' | 'Log' | 'Role' | 'Restore' | 'Check' | 'Resolve';
  alias?: string;
  /** Where a backup is written; empty when the function starts. */
  stage?: string;
  /** Incremental: the directory of the link that this one goes on from, and the position that was recorded when it was made. */
  parent?: string;
  parentPosition?: Record<string, unknown>;
  /** Log: what is to be known should a series begin. */
  logStart?: LogStart;
  /** What was fetched for a restore. */
  source?: string;
  /** Directory with the logs that go on from it: one directory a series of them, in the order of their names. */
  logs?: string;
  /** Where in the logs a restore ends, or what `Resolve` looks for. */
  point?: LogPoint;
  /** Where a restore must end up; absent: where the data came from. */
  destination?: string;
  /** File with the connection (JSON, mode 0600), when the target has one. */
  target?: string;
  result: string;
  /** A private directory for this run; removed afterwards. */
  scratch: string;
  restore?: { allowOverwrite: boolean; previousData: 'Keep' | 'Discard'; stopCommand: string[]; startCommand: string[] };
}

/** What a function leaves at STASH_RESULT: one JSON object, every field optional. */
export interface FunctionResult {
  position?: Record<string, unknown>;
  role?: 'Primary' | 'Replica';
  /** What the role was concluded from: plain values for people and status. */
  evidence?: Record<string, string | number | boolean>;
  /** Nothing to do, and why. */
  skip?: string;
  /**
   * An incremental cannot be made from that parent: LineageChanged, LineageUnproven, VersionChanged or PositionGap. Nothing in the stage
   * counts then; `message` has the values that show it.
   */
  needFull?: string;
  /** Log: the series in the stage is complete as it is, and why; nothing was changed. Another is begun in an empty directory. */
  seriesEnd?: { reason: string; message: string };
  /** Log: what is in the stage is right and is stored, but cannot be restored from, and why. */
  trouble?: NonNullable<FunctionResult['error']>;
  upload?: { stage: true } | { paths: string[]; exclude?: string[] } | { command: string[]; fileName: string };
  /** `Resolve`: absent when the logs do not hold the point. */
  point?: ResolvedPoint;
  message?: string;
  /** On failure: a code of the catalogue and, where it helps more than the catalogue's, what to do next. */
  error?: { code: string; message: string; remedy?: string };
}

/** A line of standard output that is a progress report, `{"progress": {"percentDone": 12.5, "bytesDone": 1, "totalBytes": 8}}`. */
export interface FunctionProgress {
  percentDone: number;
  bytesDone: number;
  totalBytes: number;
}

/** The STASH_* environment of one run. Parameters become STASH_PARAM_NAME, the name in upper case with `_` for what is no letter or digit. */
export function functionEnvironment(step: FunctionStep, input: FunctionInput): Record<string, string> {
  const restore = input.restore;
  const values: Record<string, string | undefined> = {
    STASH_OPERATION: input.operation,
    STASH_ALIAS: input.alias,
    STASH_STAGE: input.stage,
    STASH_PARENT: input.parent,
    STASH_PARENT_POSITION: input.parentPosition && JSON.stringify(input.parentPosition),
    STASH_LOG_START: input.logStart && JSON.stringify(input.logStart),
    STASH_SOURCE: input.source,
    STASH_LOGS: input.logs,
    STASH_POINT: input.point && JSON.stringify(input.point),
    STASH_DESTINATION: input.destination,
    STASH_TARGET: input.target,
    STASH_RESULT: input.result,
    STASH_SCRATCH: input.scratch,
    STASH_ALLOW_OVERWRITE: restore && String(restore.allowOverwrite),
    STASH_PREVIOUS_DATA: restore?.previousData,
    STASH_STOP_COMMAND: restore && JSON.stringify(restore.stopCommand),
    STASH_START_COMMAND: restore && JSON.stringify(restore.startCommand),
  };
  const params = Object.entries(step.params).map(([name, value]) => [
    `STASH_PARAM_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`,
    value,
  ]);
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { ...step.env, ...Object.fromEntries(params), ...Object.fromEntries(given) };
}

/** An absent or empty file is an empty result. `redact` is for the part of a bad one that the error shows. */
export function parseFunctionResult(text: string, name: string, redact = (shown: string) => shown): FunctionResult {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as FunctionResult;
  } catch {
    // answered below
  }
  throw new StashError('FunctionFailed', `function ${name} left no JSON object at STASH_RESULT: ${redact(text).slice(0, 200)}`);
}

/** The error that a function named; a code that is not in the catalogue is FunctionFailed. */
export function namedError({ code, message, remedy }: NonNullable<FunctionResult['error']>, cause?: unknown): StashError {
  const known = code in CATALOGUE ? (code as ErrorCode) : 'FunctionFailed';
  return new StashError(known, message, { ...(cause === undefined ? {} : { cause }), ...(remedy === undefined ? {} : { remedy }) });
}

export function parseProgress(line: string): FunctionProgress | undefined {
  if (!line.startsWith('{"progress"')) return undefined;
  try {
    const { progress } = JSON.parse(line) as { progress?: Partial<FunctionProgress> };
    const { percentDone = 0, bytesDone = 0, totalBytes = 0 } = progress ?? {};
    return { percentDone: amount(percentDone), bytesDone: amount(bytesDone), totalBytes: amount(totalBytes) };
  } catch {
    return undefined;
  }
}

/** A status takes only numbers, whatever a function writes. */
function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
