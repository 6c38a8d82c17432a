import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CATALOGUE } from '../errors/catalogue.ts';
import type { Connection, FunctionStep } from '../orders/order.ts';
import { type RunResult, run } from '../process/run.ts';
import { type FunctionInput, functionEnvironment, parseFunctionResult, parseProgress } from './contract.ts';

/** A function to be held to the contract of docs/functions.md. */
interface FunctionSubject {
  step: FunctionStep;
  /** PATH and the like. */
  baseEnv: Record<string, string>;
  /** For a run that succeeds; called anew for each, with directories that exist and are empty. */
  good(places: { stage: string }): Promise<SubjectRun>;
  /** For a run that must fail. */
  bad(places: { stage: string }): Promise<SubjectRun>;
  /** Whether the step writes what is stored into the stage. */
  fillsStage: boolean;
  /** What must never be seen. */
  secrets: string[];
  close(): Promise<void>;
}

type SubjectRun = Omit<FunctionInput, 'result' | 'scratch' | 'target'> & {
  connection?: Connection;
  params?: Record<string, string>;
};

/** Within this time a function that is told to stop has to be gone. */
const GRACE_MS = 30_000;

/** Every sentence of the contract that can be tried on any function. `open` is called once. */
export function functionConformance(name: string, open: () => Promise<FunctionSubject>): void {
  describe(`the function ${name} keeps the contract`, () => {
    let subject: FunctionSubject;
    before(async () => {
      subject = await open();
    });
    after(() => subject?.close());

    it('ends with 0 when it succeeded, with one JSON object or nothing as its result', () =>
      trial(subject, 'good', {}, ({ ended, places }) => {
        assert.equal(ended.exitCode, 0, ended.stderrTail);
        assert.equal(parseFunctionResult(resultText(places), name).error, undefined);
        assert.equal(readdirSync(places.stage).length > 0, subject.fillsStage, 'the stage holds what is to be stored');
      }));

    it('takes no notice of STASH_ variables that it does not know', () =>
      trial(subject, 'good', { env: { STASH_FROM_THE_FUTURE: '1' } }, ({ ended }) => assert.equal(ended.exitCode, 0, ended.stderrTail)));

    it('does not end with 0 when it failed, and names an error of the catalogue if it names one', () =>
      trial(subject, 'bad', {}, ({ ended, places }) => {
        const { error } = parseFunctionResult(resultText(places), name);
        assert.notEqual(ended.exitCode, 0);
        if (error !== undefined) assert.ok(error.code in CATALOGUE, error.code);
        assert.ok(error !== undefined || ended.stderrTail.trim() !== '', 'it says what failed, in its result or on standard error');
      }));

    it('writes progress as lines of JSON, if at all', () =>
      trial(subject, 'good', {}, ({ lines }) => {
        for (const line of lines.filter((one) => one.startsWith('{"progress"'))) assert.notEqual(parseProgress(line), undefined, line);
      }));

    for (const outcome of ['good', 'bad'] as const)
      it(`shows its secrets in no argument, output or result (a ${outcome} run)`, () =>
        trial(subject, outcome, {}, ({ lines, commandLines, places }) => {
          const seen = [...lines, ...commandLines, resultText(places)];
          for (const secret of subject.secrets)
            assert.deepEqual(
              seen.filter((text) => text.includes(secret)),
              [],
            );
        }));

    it('ends soon after SIGTERM, and nothing that it started lives on', () =>
      trial(subject, 'good', { stopAfterStart: true }, ({ ended, places }) => {
        assert.notEqual(ended.signal, 'SIGKILL', `it was still there ${GRACE_MS / 1000} s after SIGTERM`);
        assert.deepEqual(commandLinesWith([places.root]), []);
      }));
  });
}

interface Places {
  root: string;
  stage: string;
  scratch: string;
  result: string;
}

interface Trial {
  ended: RunResult;
  places: Places;
  lines: string[];
  commandLines: string[];
}

async function trial(
  subject: FunctionSubject,
  outcome: 'good' | 'bad',
  { env = {}, stopAfterStart = false }: { env?: Record<string, string>; stopAfterStart?: boolean },
  judge: (trial: Trial) => void,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'stash-function-'));
  const places = { root, stage: join(root, 'stage'), scratch: join(root, 'scratch'), result: join(root, 'scratch', 'result.json') };
  for (const directory of [places.stage, places.scratch]) mkdirSync(directory);
  const { connection, params, ...input } = await subject[outcome]({ stage: places.stage });
  const target = join(places.scratch, 'target.json');
  if (connection !== undefined) writeFileSync(target, JSON.stringify(connection), { mode: 0o600 });
  const step = { ...subject.step, params: { ...subject.step.params, ...params } };
  const told = { ...input, ...(connection === undefined ? {} : { target }), result: places.result, scratch: places.scratch };
  const [command = '', ...args] = step.command;
  const lines: string[] = [];
  const commandLines: string[] = [];
  const stop = new AbortController();
  const watch = setInterval(() => commandLines.push(...commandLinesWith([...subject.secrets, root])), 20);
  try {
    const ended = await run({
      command,
      args,
      env: { ...subject.baseEnv, ...functionEnvironment(step, told), ...env },
      cwd: places.scratch,
      signal: stop.signal,
      timeoutMs: 120_000,
      graceMs: GRACE_MS,
      leftBehind: 'leave',
      onStart: () => {
        if (stopAfterStart) setTimeout(() => stop.abort(), 300);
      },
      onStdout: (line) => lines.push(line),
      onStderr: (line) => lines.push(line),
    });
    judge({ ended, places, lines, commandLines });
  } finally {
    clearInterval(watch);
    rmSync(root, { recursive: true, force: true });
  }
}

function resultText({ result }: Places): string {
  try {
    return readFileSync(result, 'utf8');
  } catch {
    return '';
  }
}

/** Command lines on this machine that hold one of the texts. */
function commandLinesWith(texts: string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => texts.some((text) => line.includes(text)));
}
