import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../../orders/order.ts';
import { childEnvironment } from '../../../platform/local/environment.ts';
import type { ProcessIdentity } from '../../../process/identity.ts';
import type { FunctionInput, FunctionProgress, FunctionResult } from '../../contract.ts';
import { runFunction } from '../../run.ts';

export interface FunctionCall {
  function: 'mariadb-physical' | 'mariadb-restore';
  operation: FunctionInput['operation'];
  connection?: Connection;
  stage?: string;
  parent?: string;
  parentPosition?: Record<string, unknown>;
  source?: string;
  logs?: string;
  point?: FunctionInput['point'];
  logStart?: FunctionInput['logStart'];
  destination?: string;
  restore?: Partial<NonNullable<FunctionInput['restore']>>;
  params?: Record<string, string>;
  /** A command that runs it, for instance with a limit. */
  under?: string[];
  signal?: AbortSignal;
  onStart?: (process: ProcessIdentity) => void;
  onLog?: (line: string) => void;
  onProgress?: (progress: FunctionProgress) => void;
}

/** Runs a built-in function as an agent does: a process of its own, told by its environment. */
export async function callFunction(call: FunctionCall): Promise<FunctionResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'stash-scratch-'));
  const target = join(scratch, 'target.json');
  if (call.connection !== undefined) writeFileSync(target, JSON.stringify(call.connection), { mode: 0o600 });
  if (call.stage !== undefined) mkdirSync(call.stage, { recursive: true });
  const input: FunctionInput = {
    operation: call.operation,
    ...(call.connection === undefined ? {} : { target }),
    ...(call.stage === undefined ? {} : { stage: call.stage }),
    ...(call.logStart === undefined ? {} : { logStart: call.logStart }),
    ...(call.parent === undefined ? {} : { parent: call.parent }),
    ...(call.parentPosition === undefined ? {} : { parentPosition: call.parentPosition }),
    ...(call.source === undefined ? {} : { source: call.source }),
    ...(call.logs === undefined ? {} : { logs: call.logs }),
    ...(call.point === undefined ? {} : { point: call.point }),
    ...(call.destination === undefined ? {} : { destination: call.destination }),
    result: join(scratch, 'result.json'),
    scratch,
    restore: { allowOverwrite: false, previousData: 'Keep', stopCommand: [], startCommand: [], ...call.restore },
  };
  const step = {
    name: call.function,
    command: [...(call.under ?? []), 'stash-function', call.function],
    env: {},
    params: call.params ?? {},
    source: 'Stage' as const,
    fetch: 'Stage' as const,
    checks: true,
  };
  try {
    return await runFunction(step, input, {
      baseEnv: childEnvironment(process.env),
      signal: call.signal ?? new AbortController().signal,
      timeoutMs: 120_000,
      graceMs: 30_000,
      redact: (text) => text,
      onStart: async (process) => call.onStart?.(process),
      onProgress: call.onProgress ?? (() => undefined),
      onLog: call.onLog ?? (() => undefined),
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
