import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase, startStash } from '../scripts/demo/database.ts';
import { type Shell, shellIn, stop } from '../scripts/demo/shell.ts';
import { childEnvironment } from '../src/platform/local/environment.ts';

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
  await fill(megabytes);
  up = await startStash(shell, 'bin/stash', join(directory, 'stash.log'));
  await shell.read('bin/stash', ['apply', '-f', '-'], manifests());
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

async function fill(size: number): Promise<void> {
  // 1 KiB rows of hex digits: compressible by half, as text in databases is.
  const rows = Math.round(size * 1000);
  await database.query(`CREATE USER '${login.username}'@'localhost' IDENTIFIED BY '${login.password}';
    GRANT RELOAD, PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO '${login.username}'@'localhost';
    CREATE DATABASE bench; USE bench; SET sql_log_bin=0;
    CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(1024));`);
  for (let from = 1; from <= rows; from += 200_000) {
    const to = Math.min(rows, from + 199_999);
    await database.query(
      `SET sql_log_bin=0; USE bench; INSERT INTO t SELECT seq, CONCAT(SHA2(seq,512),SHA2(seq+1e9,512),SHA2(seq+2e9,512),SHA2(seq+3e9,512),SHA2(seq+4e9,512),SHA2(seq+5e9,512),SHA2(seq+6e9,512)) FROM seq_${from}_to_${to};`,
    );
  }
}

function manifests(): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: repository, namespace: default}
stringData: {RESTIC_PASSWORD: ${password}}
---
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: default}
stringData: {username: ${login.username}, password: ${login.password}}
---
apiVersion: stash.appscode.com/v1alpha1
kind: Repository
metadata: {name: bench, namespace: default}
spec: {backend: {storageSecretName: repository, local: {mountPath: ${join(directory, 'ours')}}}}
---
apiVersion: appcatalog.appscode.com/v1alpha1
kind: AppBinding
metadata: {name: bench, namespace: default}
spec: {type: mariadb, clientConfig: {url: unix(${database.socket})/}, secret: {name: login}}
---
apiVersion: stash.appscode.com/v1beta1
kind: BackupConfiguration
metadata: {name: bench, namespace: default}
spec:
  repository: {name: bench}
  execOps: [{alias: full}]
  target: {alias: bench, ref: {apiVersion: appcatalog.appscode.com/v1alpha1, kind: AppBinding, name: bench}}
---
apiVersion: stash.appscode.com/v1beta1
kind: BackupConfiguration
metadata: {name: warm, namespace: default}
spec:
  repository: {name: bench}
  execOps: [{alias: backup}]
  target: {alias: warm, ref: {apiVersion: stash.appscode.com/v1beta1, kind: Host, name: warm}, paths: [${join(root, 'catalog')}]}
`;
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
