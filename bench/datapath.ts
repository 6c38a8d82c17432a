import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase, startStash } from '../scripts/demo/database.ts';
import { type Shell, shellIn, stop } from '../scripts/demo/shell.ts';
import { childEnvironment } from '../src/platform/local/environment.ts';
import { fill } from './mariadb/data.ts';
import { manifests } from './mariadb/manifests.ts';
import { timed } from './mariadb/timed.ts';

/**
 * The whole path of a full backup and of a restore, against the same mariadb-backup and restic commands by hand, in one run on the same
 * data. Size in MB as the first argument (4096 unless given). Goal: at most 1.05 times the raw tools plus 2 s.
 */
const root = join(import.meta.dirname, '..');
const megabytes = Number(process.argv[2] ?? 4096);
const directory = join(process.env.BENCH_DIR ?? tmpdir(), `stash-bench-${process.pid}`);
const login = { username: 'stash', password: randomBytes(12).toString('hex') };
const GOAL = 1.05;
const ALLOWANCE_S = 2;

await mkdir(directory, { recursive: true });
const password = randomBytes(12).toString('hex');
const env = {
  ...childEnvironment(process.env),
  STASH_DATA_DIR: join(directory, 'stash'),
  RESTIC_PASSWORD: password,
  RESTIC_CACHE_DIR: join(directory, 'cache'),
};
const shell = shellIn(root, env);
const database = await startDatabase(join(directory, 'mariadb'), shell);
let up: Awaited<ReturnType<typeof startStash>> | undefined;
try {
  await fill(database, megabytes, login);
  up = await startStash(shell, 'bin/stash', join(directory, 'stash.log'));
  const places = { repository: join(directory, 'ours'), socket: database.socket, small: join(root, 'catalog') };
  await shell.read('bin/stash', ['apply', '-f', '-'], manifests({ ...places, password, login }));
  const small = await timed(() => shell.read('bin/stash', ['backup', 'warm', '--wait', '--timeout', '10m']));
  console.log(`repository made and first small backup: ${small.toFixed(1)} s`);

  const raw = await rawBackup(shell);
  const ours = await timed(() => shell.read('bin/stash', ['backup', 'bench', '--alias', 'full', '--wait', '--timeout', '60m']));
  const hostSeconds = await hostDuration(shell);
  report('backup, whole command', ours, raw);
  report('backup, on the host', hostSeconds, raw);

  const rawBack = await rawRestore(shell);
  const oursBack = await timed(() =>
    shell.read('bin/stash', ['restore', 'bench', '--to', join(directory, 'restored'), '--wait', '--timeout', '60m']),
  );
  report('restore, whole command', oursBack, rawBack);
  const ratio = Math.max((hostSeconds - ALLOWANCE_S) / raw, (oursBack - ALLOWANCE_S) / rawBack);
  console.log(`datapath ratio ${ratio.toFixed(2)} goal ${GOAL}`);
  process.exitCode = ratio <= GOAL ? 0 : 1;
} finally {
  await stop(up);
  await database.stop();
  await rm(directory, { recursive: true, force: true });
}

function report(what: string, ours: number, raw: number): void {
  console.log(`${what}: ${ours.toFixed(1)} s, by hand ${raw.toFixed(1)} s`);
}

async function rawBackup(tools: Shell): Promise<number> {
  await tools.read('restic', ['init', '-r', join(directory, 'raw')]);
  const stage = join(directory, 'raw-stage');
  return timed(async () => {
    await tools.read('mariadb-backup', [
      '--no-defaults',
      '--backup',
      `--target-dir=${stage}`,
      '--user=root',
      `--socket=${database.socket}`,
    ]);
    await tools.read('restic', ['backup', '-q', '-r', join(directory, 'raw'), stage]);
  });
}

async function rawRestore(tools: Shell): Promise<number> {
  const to = join(directory, 'raw-restored');
  return timed(async () => {
    await tools.read('restic', ['restore', '-q', '-r', join(directory, 'raw'), `latest:${join(directory, 'raw-stage')}`, '--target', to]);
    await tools.read('mariadb-backup', ['--no-defaults', '--prepare', `--target-dir=${to}`]);
    await tools.read('mariadb-backup', ['--no-defaults', '--move-back', `--target-dir=${to}`, `--datadir=${join(directory, 'raw-data')}`]);
  });
}

/** What the agent needed, from the order to the stored snapshot. */
async function hostDuration(tools: Shell): Promise<number> {
  const { items } = JSON.parse(await tools.read('bin/stash', ['get', 'backupsessions', '-o', 'json'])) as {
    items: { spec: { invoker: { name: string } }; status: { targets: { stats: { startTime: string; endTime: string }[] }[] } }[];
  };
  const host = items.find((one) => one.spec.invoker.name === 'bench')?.status.targets[0]?.stats[0];
  if (host === undefined) throw new Error('the session has no host');
  return (Date.parse(host.endTime) - Date.parse(host.startTime)) / 1000;
}
