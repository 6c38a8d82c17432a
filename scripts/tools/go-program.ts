import { join } from 'node:path';
import { command } from './command.ts';

/** Builds a pinned Go program; takes about a minute. */
export async function installGoProgram(folder: string, module: string): Promise<void> {
  await command('go', ['version']).catch(() => {
    throw new Error('needs go 1.24 or newer in PATH');
  });
  await command('go', ['install', module], { env: { GOBIN: join(folder, 'bin') } });
}
