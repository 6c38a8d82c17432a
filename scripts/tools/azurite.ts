import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';

export async function installAzurite(folder: string): Promise<void> {
  const home = join(folder, 'azurite');
  await mkdir(home, { recursive: true });
  await command('npm', [
    'install',
    '--prefix',
    home,
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--force',
    'azurite@3.37.0',
  ]);
  const link = join(folder, 'bin', 'azurite-blob');
  await rm(link, { force: true });
  await symlink('../azurite/node_modules/.bin/azurite-blob', link);
}
