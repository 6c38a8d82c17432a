import { readFileSync, writeFileSync } from 'node:fs';
import { asStashError } from '../errors/error.ts';
import type { Connection, LogPoint } from '../orders/order.ts';
import type { LogStart } from '../rules/log/log-index.ts';
import type { FunctionProgress, FunctionResult } from './contract.ts';

/** The contract as a built-in function sees it. */
export interface FunctionContext {
  operation: string;
  connection?: Connection;
  stage?: string;
  /** Incremental: the directory of the predecessor link, and the position recorded with it. */
  parent?: string;
  parentPosition?: Record<string, unknown>;
  /** Log: what is to be known should a series begin. */
  logStart?: LogStart;
  source?: string;
  /** Directory with the logs that are replayed, and to where. */
  logs?: string;
  point?: LogPoint;
  destination?: string;
  scratch: string;
  /** A declared parameter; undefined when it was not given. */
  param(name: string): string | undefined;
  restore: { allowOverwrite: boolean; previousData: 'Keep' | 'Discard'; stopCommand: string[]; startCommand: string[] };
  /** For child processes: ours without the contract's variables, and without where Node keeps what it compiled of us. */
  env: Record<string, string>;
  signal: AbortSignal;
  log(line: string): void;
  progress(progress: FunctionProgress): void;
}

export type BuiltInFunction = (context: FunctionContext) => Promise<FunctionResult>;

/** Runs a built-in function as the contract says: result or error to STASH_RESULT; returns the exit code. */
export async function runBuiltIn(
  work: BuiltInFunction,
  environment: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<number> {
  const resultFile = environment.STASH_RESULT;
  const write = (result: FunctionResult) => resultFile !== undefined && writeFileSync(resultFile, JSON.stringify(result), { mode: 0o600 });
  try {
    write(await work(contextFrom(environment, signal)));
    return 0;
  } catch (thrown) {
    const { code, message, remedy } = asStashError(thrown);
    process.stderr.write(`${code}: ${message}\n`);
    write({ error: { code, message, remedy } });
    return 1;
  }
}

function contextFrom(environment: Record<string, string | undefined>, signal: AbortSignal): FunctionContext {
  const argv = (name: string) => JSON.parse(environment[name] ?? '[]') as string[];
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('STASH_') && name !== 'NODE_COMPILE_CACHE');
  const optional = (key: 'stage' | 'parent' | 'source' | 'logs' | 'destination', name: string) =>
    environment[name] === undefined ? {} : { [key]: environment[name] };
  return {
    operation: environment.STASH_OPERATION ?? '',
    ...(environment.STASH_TARGET === undefined
      ? {}
      : { connection: JSON.parse(readFileSync(environment.STASH_TARGET, 'utf8')) as Connection }),
    ...optional('stage', 'STASH_STAGE'),
    ...optional('parent', 'STASH_PARENT'),
    ...(environment.STASH_PARENT_POSITION === undefined
      ? {}
      : { parentPosition: JSON.parse(environment.STASH_PARENT_POSITION) as Record<string, unknown> }),
    ...(environment.STASH_LOG_START === undefined ? {} : { logStart: JSON.parse(environment.STASH_LOG_START) as LogStart }),
    ...optional('source', 'STASH_SOURCE'),
    ...optional('logs', 'STASH_LOGS'),
    ...(environment.STASH_POINT === undefined ? {} : { point: JSON.parse(environment.STASH_POINT) as LogPoint }),
    ...optional('destination', 'STASH_DESTINATION'),
    scratch: environment.STASH_SCRATCH ?? process.cwd(),
    param: (name) => environment[`STASH_PARAM_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`],
    restore: {
      allowOverwrite: environment.STASH_ALLOW_OVERWRITE === 'true',
      previousData: environment.STASH_PREVIOUS_DATA === 'Discard' ? 'Discard' : 'Keep',
      stopCommand: argv('STASH_STOP_COMMAND'),
      startCommand: argv('STASH_START_COMMAND'),
    },
    env: Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined)),
    signal,
    log: (line) => process.stderr.write(`${line}\n`),
    progress: (progress) => process.stdout.write(`${JSON.stringify({ progress })}\n`),
  };
}
