import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { findTool, isFound } from '../src/platform/tools/locate.ts';
import { openCluster } from './e2e/cluster.ts';
import { withRelativeNames } from './test/relative-names.ts';
import { reportOf } from './test/report.ts';
import { collector, emptyResults } from './test/results.ts';

const USAGE = `usage: bin/node scripts/e2e.ts [--full] [PART OF A FILE'S NAME...]

Installs the chart on a cluster, runs e2e/*.test.ts side by side, each in namespaces of its own, then e2e/alone/*.test.ts one after the
other, then upgrades and uninstalls the chart. --full runs e2e/full/*.test.ts too, which take longer than every change should wait for.
With parts of names only those files run, of e2e/full too. STASH_E2E_KEEP=1 leaves the operator and the namespaces; STASH_E2E_PARALLEL=N runs N files at once (4);
what failed tests left to read is in STASH_E2E_REPORT (.e2e).
`;
/** One test, and a whole file of them. */
const TIMEOUT_MS = 10 * 60_000;
const PARALLEL = Number(process.env.STASH_E2E_PARALLEL ?? 4);

const root = join(import.meta.dirname, '..');
const full = process.argv.includes('--full');
const wanted = process.argv.slice(2).filter((arg) => arg !== '--full');
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
process.exitCode = wanted.some((arg) => arg.startsWith('-')) ? usage() : await main();

async function main(): Promise<number> {
  const temporary = mkdtempSync(join(tmpdir(), 'stash-e2e-'));
  try {
    for (const name of ['helm', 'kubectl'] as const) {
      const tool = await findTool(name);
      if (!isFound(tool)) throw new Error(`${tool.missing}. ${tool.remedy}`);
      process.env[`STASH_${name.toUpperCase()}`] = tool.path;
    }
    const cluster = await openCluster(root, temporary, stop.signal);
    try {
      process.env.KUBECONFIG = cluster.kubeconfig;
      process.env.STASH_IMAGE = cluster.image;
      if (cluster.databaseImage !== undefined) process.env.STASH_E2E_MARIADB_IMAGE = cluster.databaseImage;
      process.env.STASH_E2E_REPORT ??= join(root, '.e2e');
      return await runAll();
    } finally {
      if (process.env.STASH_E2E_KEEP === undefined) await cluster.remove();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 69;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The chart first and last, the rest in between and side by side: the operator is everybody's. */
async function runAll(): Promise<number> {
  const results = emptyResults();
  const collect = collector(results);
  const runFiles = async (files: string[], concurrency: number) => {
    if (files.length === 0 || stop.signal.aborted) return;
    const stream = run({ cwd: root, files: files.map((name) => join(root, name)), concurrency, timeout: TIMEOUT_MS, signal: stop.signal });
    for await (const event of stream) {
      const named = withRelativeNames(root, event);
      collect(named);
      if ((named.type === 'test:pass' || named.type === 'test:fail') && named.data.nesting === 0 && named.data.name !== named.data.file) {
        const verdict = named.type === 'test:fail' ? 'FAILED ' : named.data.skip ? 'skipped' : 'ok     ';
        const seconds = (named.data.details.duration_ms / 1000).toFixed(1).padStart(6);
        console.log(`${verdict} ${seconds} s  ${relative('e2e', named.data.file ?? '')}: ${named.data.name}`);
      }
    }
  };
  const meant = (pattern: string) =>
    globSync(pattern, { cwd: root })
      .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
      .toSorted();
  await runFiles(['e2e/chart/install.test.ts'], 1);
  if (results.failures.length === 0) {
    await runFiles(meant('e2e/*.test.ts'), PARALLEL);
    if (full || wanted.length > 0) await runFiles(meant('e2e/full/*.test.ts'), PARALLEL);
    await runFiles(meant('e2e/alone/*.test.ts'), 1);
  }
  if (wanted.length === 0) await runFiles(['e2e/chart/upgrade.test.ts', 'e2e/chart/beside-another.test.ts'], 1);
  if (process.env.STASH_E2E_KEEP === undefined) await runFiles(['e2e/chart/uninstall.test.ts'], 1);
  console.log(reportOf(results, process.stdout.isTTY));
  return results.failures.length === 0 && results.passed > 0 && !stop.signal.aborted ? 0 : 1;
}

function usage(): number {
  process.stderr.write(USAGE);
  return 64;
}
