import { readFile } from 'node:fs/promises';
import { StashError } from '../errors/error.ts';
import type { FunctionStep } from '../orders/order.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import { run } from '../process/run.ts';
import {
  type FunctionInput,
  type FunctionProgress,
  type FunctionResult,
  functionEnvironment,
  namedError,
  parseFunctionResult,
  parseProgress,
} from './contract.ts';

export interface FunctionControl {
  /** PATH and the like; the function sees nothing else of our environment. */
  baseEnv: Record<string, string>;
  signal: AbortSignal;
  timeoutMs: number;
  /** Milliseconds a function gets to put its source back as it was, after SIGTERM. */
  graceMs: number;
  /** Takes secrets out of what a function says of its failure. */
  redact: (text: string) => string;
  onStart: (process: ProcessIdentity) => Promise<void>;
  onProgress: (progress: FunctionProgress) => void;
  onLog: (line: string) => void;
}

const LAST_LINES = 3;
/** Of what a function said, in the message of its failure; characters. */
const LONGEST = 4096;

/**
 * Runs one function to its end, as its contract says. Throws the error that the function named in its result, else FunctionFailed with
 * the last lines it wrote; DeadlineExceeded or Canceled when it was stopped.
 */
export async function runFunction(step: FunctionStep, input: FunctionInput, control: FunctionControl): Promise<FunctionResult> {
  const [command, ...args] = step.command;
  if (command === undefined) throw new StashError('Internal', `function ${step.name} has no command`);
  // Whole lines, made clean before anything is cut: a piece of a secret would not be recognized.
  const last: string[] = [];
  const ended = await run({
    command,
    args,
    env: { ...control.baseEnv, ...functionEnvironment(step, input) },
    cwd: step.workingDir ?? input.scratch,
    signal: control.signal,
    timeoutMs: control.timeoutMs,
    graceMs: control.graceMs,
    leftBehind: 'leave',
    onStart: control.onStart,
    onStdout: (line) => {
      const progress = parseProgress(line);
      if (progress === undefined) control.onLog(line);
      else control.onProgress(progress);
    },
    onStderr: (line) => {
      if (line.trim() !== '') last.push(control.redact(line));
      if (last.length > LAST_LINES) last.shift();
      control.onLog(line);
    },
  });
  if (ended.timedOut) throw new StashError('DeadlineExceeded', `function ${step.name} ran past the deadline and was stopped`);
  if (ended.canceled) throw new StashError('Canceled', `function ${step.name} was stopped`);
  const result = parseFunctionResult(await readFile(input.result, 'utf8').catch(() => ''), step.name, control.redact);
  if (ended.exitCode === 0 && result.error === undefined) return result;
  throw failure(step.name, result, ended.exitCode === null ? `signal ${ended.signal}` : `exit code ${ended.exitCode}`, last.join(' / '));
}

function failure(name: string, result: FunctionResult, how: string, last: string): StashError {
  if (result.error !== undefined) return namedError(result.error);
  return new StashError('FunctionFailed', `function ${name} ended with ${how}${last === '' ? '' : `: ${last.slice(-LONGEST)}`}`);
}
