import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { visibly } from './programs.ts';

const USAGE = `usage: STASH_E2E_CLUSTER=PROGRAM bin/node scripts/e2e/ci.ts

Starts a cluster of two nodes, builds the images on it, runs first the tests that need an API server and then the end-to-end tests, and stops
the cluster, also after a failure.
PROGRAM understands: up (prints the path of a kubeconfig last), base-image (what the images are built on), build -t NAME DIRECTORY (builds and
loads), node-stop N, node-start N, down. Its API server is ended as its README says.
STASH_E2E_KEEP=1 leaves the cluster and what was installed.
`;
const IMAGE = 'stash/stash:e2e';
const DATABASE_IMAGE = 'stash/e2e-mariadb:e2e';
const DOWN_MS = 60_000;

const root = join(import.meta.dirname, '../..');
const program = process.env.STASH_E2E_CLUSTER ?? '';
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
process.exitCode = program === '' ? usage() : await main();

async function main(): Promise<number> {
  const failures: string[] = [];
  // What fails is told at the end: the other suites run all the same.
  const suite = async (command: string, args: string[], env: Record<string, string>) => {
    await visibly(command, args, stop.signal, env).catch((error: Error) => failures.push(error.message));
  };
  try {
    const KUBECONFIG = (await visibly(program, ['up'], stop.signal)).trim().split('\n').at(-1) ?? '';
    await visibly(program, ['base-image'], stop.signal);
    await visibly(program, ['build', '-t', IMAGE, root], stop.signal);
    await visibly(program, ['build', '-t', DATABASE_IMAGE, join(root, 'e2e/images/mariadb')], stop.signal);
    // On a cluster without an operator, which would take part.
    await suite(join(root, 'bin/node'), [join(root, 'scripts/test.ts'), ...testsOfClusters()], { KUBECONFIG });
    await suite('make', ['e2e'], { KUBECONFIG, STASH_IMAGE: IMAGE, STASH_E2E_MARIADB_IMAGE: DATABASE_IMAGE, ...faults() });
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    if (process.env.STASH_E2E_KEEP === undefined) {
      await visibly(program, ['down'], AbortSignal.timeout(DOWN_MS)).catch((error: Error) => failures.push(error.message));
    }
  }
  for (const failure of failures) console.error(failure);
  return failures.length === 0 ? 0 : 1;
}

/** Without a cluster `make test` has left them out. */
function testsOfClusters(): string[] {
  return globSync('src/**/*.test.ts', { cwd: root }).filter((file) => readFileSync(join(root, file), 'utf8').includes('noCluster'));
}

/** What tests do to the cluster itself, as shell commands. */
function faults(): Record<string, string> {
  return {
    STASH_E2E_NODE: 'node2',
    STASH_E2E_NODE_STOP: `${program} node-stop 2`,
    STASH_E2E_NODE_START: `${program} node-start 2`,
    STASH_E2E_API_SERVER_KILL: "kill -9 $(cut -d' ' -f1 /var/lib/stash-kube/run/apiserver)",
    STASH_E2E_API_SERVER_START: `${program} up`,
  };
}

function usage(): number {
  process.stderr.write(USAGE);
  return 64;
}
