import { openSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { DemoDatabase } from '../../scripts/demo/database.ts';
import { type Shell, stop } from '../../scripts/demo/shell.ts';
import { timed } from './timed.ts';

/** The same by hand: what a careful person would type with the same tools. Seconds. */
interface ByHand {
  full(): Promise<number>;
  incremental(): Promise<number>;
  log(): Promise<number>;
  restore(): Promise<{ seconds: number; steps: [string, number][]; replay: number; bytes: number }>;
}

/** A repository and a chain of its own below `directory`; making the repository counts nowhere. */
export async function byHand(shell: Shell, database: DemoDatabase, directory: string): Promise<ByHand> {
  const repository = join(directory, 'repository');
  const [chain, log] = [join(directory, 'chain'), join(directory, 'log')];
  await mkdir(chain, { recursive: true });
  await mkdir(log, { recursive: true });
  await shell.read('restic', ['init', '-q', '-r', repository]);
  const links: string[] = [];
  const tool = (...args: string[]) => shell.read('mariadb-backup', ['--no-defaults', ...args]);
  const store = (path: string, tag: string) => shell.read('restic', ['backup', '-q', '--tag', tag, '-r', repository, path]);
  const link = (name: string, ...more: string[]) =>
    timed(async () => {
      const target = `--target-dir=${join(chain, name)}`;
      await tool('--backup', target, '--user=root', `--socket=${database.socket}`, ...more);
      await store(chain, 'chain');
      links.push(name);
    });
  return {
    full: () => link('full'),
    incremental: () => link(`incremental-${links.length}`, `--incremental-basedir=${join(chain, links.at(-1) ?? '')}`),
    log: () =>
      timed(async () => {
        const there = new Set(await readdir(log));
        const names = (await readdir(database.datadir)).filter((name) => /^binlog\.\d+$/.test(name)).sort();
        // The last one that is there was open when it was copied.
        const again = [...there].sort().at(-1);
        for (const name of names) if (!there.has(name) || name === again) await cp(join(database.datadir, name), join(log, name));
        await shell.read('sync', ['-f', log]);
        await store(log, 'log');
      }),
    restore: async () => {
      const place = join(directory, 'restore');
      const data = join(place, 'full');
      const steps: [string, number][] = [];
      const step = async (name: string, work: () => Promise<unknown>) => void steps.push([name, await timed(work)]);
      const fetch = (path: string, tag: string, target: string) =>
        shell.read('restic', ['restore', '-q', '-r', repository, '--tag', tag, `latest:${path}`, '--target', target]);
      let bytes = 0;
      const seconds = await timed(async () => {
        await step('fetch', () => fetch(chain, 'chain', place));
        await step('fetch logs', () => fetch(log, 'log', join(place, 'log')));
        await step('prepare', async () => {
          await tool('--prepare', `--target-dir=${data}`);
          for (const name of links.slice(1)) await tool('--prepare', `--target-dir=${data}`, `--incremental-dir=${join(place, name)}`);
        });
        await step('replay', async () => {
          bytes = await replay(shell, data, place);
        });
        await step('move', async () => {
          await tool('--move-back', `--target-dir=${data}`, `--datadir=${join(place, 'data')}`);
          await shell.read('sync', ['-f', join(place, 'data')]);
        });
      });
      await rm(place, { recursive: true, force: true });
      return { seconds, steps, bytes, replay: steps.find(([name]) => name === 'replay')?.[1] ?? 0 };
    },
  };
}

/** A server on the prepared directory, everything after the backup's position into it, and its end. Bytes of binlog. */
async function replay(shell: Shell, data: string, place: string): Promise<number> {
  const [file = '', position = ''] = (await readFile(join(data, 'xtrabackup_binlog_info'), 'utf8')).split(/\s+/);
  const names = (await readdir(join(place, 'log'))).sort().filter((name) => name >= file);
  const socket = join(place, 'sock');
  const log = openSync(join(place, 'server.log'), 'w');
  const args = [`--datadir=${data}`, `--socket=${socket}`, `--user=${userInfo().username}`, ...FAST];
  const server = shell.start('mariadbd', ['--no-defaults', ...args], log);
  try {
    const script = `until mariadb-admin --no-defaults --socket="$1" ping >/dev/null 2>&1; do sleep 0.05; done
      first="$2"; shift 2
      mariadb-binlog --no-defaults --verify-binlog-checksum --start-position="$first" "$@" | mariadb --no-defaults --socket="$SOCKET" --user=root --binary-mode --max-allowed-packet=1G
      mariadb-admin --no-defaults --user=root --socket="$SOCKET" shutdown`;
    await shell.read('sh', ['-ec', `SOCKET="$1"\n${script}`, 'replay', socket, position, ...names.map((name) => join(place, 'log', name))]);
  } finally {
    await stop(server);
  }
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(place, 'log', name))).size));
  return sizes.reduce((sum, size) => sum + size, 0) - Number(position);
}

/** What makes a replay fast, as Stash's own private server has it. */
const FAST = [
  '--skip-networking',
  '--skip-log-bin',
  '--max-allowed-packet=1G',
  '--performance-schema=OFF',
  '--innodb-buffer-pool-size=256M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=OFF',
];
