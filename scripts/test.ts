import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { projectFiles } from './project-files.ts';
import { fileDeadline } from './test/file-deadline.ts';
import { endProcesses, processesOf } from './test/left-behind.ts';
import { type Durations, longestFirst } from './test/order.ts';
import { withRelativeNames } from './test/relative-names.ts';
import { reportOf } from './test/report.ts';
import { collector, emptyResults } from './test/results.ts';
import { selectFiles } from './test/select-files.ts';

const root = join(import.meta.dirname, '..');
const durationsFile = join(root, 'node_modules/.cache/stash/test-durations.json');
/** For each test, and for a whole file: one that takes longer is ended and counted as failed. */
const TIMEOUT_MS = 240_000;

const args = process.argv.slice(2);
const selected = selectFiles(projectFiles(root), args);
if (selected.length === 0) {
  console.error(`no test file for ${args.join(' ') || 'src, scripts and bench'}; give a folder, a file, or a part of a file's name`);
  process.exit(64);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

// All temporary files of the tests are in here. Servers that run as other users must be able to pass through.
const temporary = mkdtempSync(join(tmpdir(), 'stash-run-'));
chmodSync(temporary, 0o755);
process.env.TMPDIR = temporary;

const known = readDurations();
const files = longestFirst(
  selected.map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') })),
  known,
);
const results = emptyResults();
const collect = collector(results);
const watch = fileDeadline(TIMEOUT_MS, (file) => {
  console.log(`ended after ${TIMEOUT_MS / 1000} s: ${file}`);
  endProcesses(processesOf(temporary).filter(({ command }) => command.endsWith(file)));
});
const stream = run({
  cwd: root,
  files: files.map((name) => join(root, name)),
  // Most of them wait for other programs most of the time.
  concurrency: 2 * availableParallelism(),
  timeout: TIMEOUT_MS,
  signal: stop.signal,
});
let ended = 0;
for await (const event of stream as AsyncIterable<TestEvent>) {
  const named = withRelativeNames(root, event);
  collect(named);
  watch(named);
  if (named.type === 'test:complete' && named.data.name === named.data.file) {
    const failed = named.data.details.passed === false || named.data.details.error !== undefined;
    const seconds = (named.data.details.duration_ms / 1000).toFixed(1);
    console.log(
      `${failed ? 'FAILED' : 'ok    '} ${String(++ended).padStart(3)}/${files.length} ${seconds.padStart(6)} s  ${named.data.name}`,
    );
  }
}
clearTemporary();
writeDurations({ ...known, ...results.durations });
console.log(reportOf(results, process.stdout.isTTY));
process.exitCode = results.failures.length === 0 && !stop.signal.aborted ? 0 : 1;

function clearTemporary(): void {
  for (const { pid, command } of endProcesses(processesOf(temporary))) console.log(`left running by a test, ended now: ${pid} ${command}`);
  // Node's own, where a program under test turns it on.
  const entries = readdirSync(temporary).filter((name) => name !== 'node-compile-cache');
  if (entries.length > 0) console.log(`left in the temporary folder, removed now: ${entries.join(', ')}`);
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
}

function readDurations(): Durations {
  try {
    return JSON.parse(readFileSync(durationsFile, 'utf8')) as Durations;
  } catch {
    // Only the order depends on it.
    return {};
  }
}

function writeDurations(durations: Durations): void {
  mkdirSync(dirname(durationsFile), { recursive: true });
  writeFileSync(durationsFile, JSON.stringify(durations, undefined, 1));
}
