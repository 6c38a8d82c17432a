import { join } from 'node:path';
import { visibly } from './programs.ts';

const USAGE = `usage: STASH_E2E_CLUSTER=PROGRAM bin/node scripts/e2e/ci.ts

Starts a cluster, builds the image on it, runs the end-to-end tests and stops the cluster, also after a failure.
PROGRAM understands: up (prints the path of a kubeconfig last), build -t NAME DIRECTORY (builds and loads), down.
STASH_E2E_KEEP=1 leaves the cluster and what was installed.
`;
const IMAGE = 'stash/stash:e2e';
const DOWN_MS = 60_000;

const root = join(import.meta.dirname, '../..');
const program = process.env.STASH_E2E_CLUSTER ?? '';
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
process.exitCode = program === '' ? usage() : await main();

async function main(): Promise<number> {
  try {
    const kubeconfig = (await visibly(program, ['up'], stop.signal)).trim().split('\n').at(-1) ?? '';
    await visibly(program, ['build', '-t', IMAGE, root], stop.signal);
    await visibly('make', ['e2e'], stop.signal, { KUBECONFIG: kubeconfig, STASH_IMAGE: IMAGE });
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    if (process.env.STASH_E2E_KEEP === undefined) {
      await visibly(program, ['down'], AbortSignal.timeout(DOWN_MS)).catch((error: Error) => console.error(error.message));
    }
  }
}

function usage(): number {
  process.stderr.write(USAGE);
  return 64;
}
