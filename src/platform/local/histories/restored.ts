import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../testing/eventually.ts';
import type { Ask } from './tables.ts';

const execute = promisify(execFile);

/** Starts a server on a restored data directory that nobody else reaches, for as long as somebody asks it. */
export async function askRestored<T>(datadir: string, use: (ask: Ask) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'stash-restored-'));
  const socket = join(scratch, 'socket');
  const { uid, gid } = statSync(datadir);
  await execute('chown', [`${uid}:${gid}`, scratch]);
  const args = [
    '--no-defaults',
    `--datadir=${datadir}`,
    `--socket=${socket}`,
    `--pid-file=${join(scratch, 'pid')}`,
    `--tmpdir=${scratch}`,
    '--skip-networking',
    '--skip-grant-tables',
    '--skip-slave-start',
    '--skip-log-bin',
    '--innodb-buffer-pool-size=16M',
  ];
  let said = '';
  const server = spawn('mariadbd', args, { stdio: ['ignore', 'ignore', 'pipe'], ...(process.getuid?.() === 0 ? { uid, gid } : {}) });
  server.stderr?.on('data', (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  const ask: Ask = async (statement) => {
    const { stdout } = await execute('mariadb', [
      '--no-defaults',
      `--socket=${socket}`,
      '--batch',
      '--raw',
      '--skip-column-names',
      '-e',
      statement,
    ]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]));
  };
  try {
    await eventually(
      'the restored server answers',
      () => {
        if (hasEnded(server)) throw new Error(`the restored server ended: ${said}`);
        return ask('SELECT 1').then(
          () => true,
          () => false,
        );
      },
      () => said,
    );
    return await use(ask);
  } finally {
    if (!hasEnded(server)) {
      const exit = once(server, 'exit');
      server.kill('SIGTERM');
      await exit;
    }
    rmSync(scratch, { recursive: true, force: true });
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
