import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from '../src/platform/local/environment.ts';
import { fillDatabase, startDatabase, startStash } from './demo/database.ts';
import { fingerprint, makeDocuments } from './demo/files.ts';
import { demoManifests } from './demo/manifests.ts';
import { heading, type Shell, shellIn, stop } from './demo/shell.ts';

/** `make demo`: real files and a real MariaDB, backed up on schedule, destroyed, restored, compared. Everything is in `.demo`. */
const root = join(import.meta.dirname, '..');
const directory = join(root, '.demo');
const documents = join(directory, 'documents');
const login = { username: 'stash', password: randomBytes(12).toString('hex') };
const began = Date.now();

await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
const env = { ...childEnvironment(process.env), STASH_DATA_DIR: join(directory, 'stash') };
const shell = shellIn(root, env);
const stash = 'bin/stash';
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort(new Error('interrupted')));

heading('A directory tree and a MariaDB with more than 200 MB');
await makeDocuments(documents);
const database = await startDatabase(join(directory, 'mariadb'), shell);
const up = { child: undefined as Awaited<ReturnType<typeof startStash>> | undefined };
try {
  await fillDatabase(database, login);
  const before = { files: await fingerprint(documents), tables: await database.checksums() };
  console.log(`${before.files.split('\n').length} files and directories; shop.orders and shop.customers:\n${before.tables.trim()}`);

  heading('stash up, and the example manifests with short schedules');
  up.child = await startStash(shell, stash, join(directory, 'stash.log'));
  const manifests = join(directory, 'manifests.yaml');
  await writeFile(
    manifests,
    demoManifests(join(root, 'examples'), {
      repository: join(directory, 'repository'),
      documents,
      socket: database.socket,
      password: randomBytes(12).toString('hex'),
      login,
    }),
    { mode: 0o600 },
  );
  await shell.show(stash, ['apply', '-f', '.demo/manifests.yaml']);
  await shell.show(stash, ['schedule', 'documents', '--count', '3']);

  heading('A backup that is asked for');
  await shell.show(stash, ['backup', 'orders', '--alias', 'full', '--wait']);

  heading('Backups on schedule (every minute here)');
  await bothScheduled(shell);
  await shell.show(stash, ['get', 'backupsessions']);
  await shell.show(stash, ['snapshots', 'local']);
  for (const name of ['documents', 'orders']) await shell.show(stash, ['pause', name]);
  await idle(shell);

  heading('The accident: the documents are deleted, the tables are dropped');
  await rm(documents, { recursive: true });
  await database.query('DROP DATABASE shop');
  console.log('gone');

  heading('Restore');
  await shell.show(stash, ['restore', 'documents', '--wait']);
  await shell.show(stash, [
    'restore',
    'orders',
    '--allow-overwrite',
    '--previous-data',
    'Discard',
    '--stop-command',
    `${database.control} stop`,
    '--start-command',
    `${database.control} start`,
    '--wait',
  ]);

  heading('Compared with what there was');
  const after = { files: await fingerprint(documents), tables: await database.checksums() };
  if (after.files !== before.files) throw new Error('the restored files differ from those that were backed up');
  if (after.tables !== before.tables) throw new Error(`the restored tables differ: ${after.tables.trim()}`);
  console.log(`files:  ${after.files.split('\n').length} names, modes and sha256 hashes are the same`);
  console.log(`tables: checksums and row counts are the same\n${after.tables.trim()}`);
  console.log(
    `\nProved in ${Math.round((Date.now() - began) / 1000)} s: scheduled and manual backups of files and of a MariaDB restore to exactly what was there.`,
  );
  console.log('Everything the demo made is in .demo; "make clean" removes it, with what install and test made.');
} finally {
  await stop(up.child);
  await database.stop();
}

/** Until each configuration has a scheduled session that succeeded. */
async function bothScheduled(shell: Shell): Promise<void> {
  await until(async () => {
    const sessions = await sessionsOf(shell);
    return ['documents', 'orders'].every((name) =>
      sessions.some((one) => one.spec.invoker.name === name && one.spec.trigger === 'Schedule' && one.status?.phase === 'Succeeded'),
    );
  });
}

/** Until nothing runs any more. */
async function idle(shell: Shell): Promise<void> {
  await until(async () => (await sessionsOf(shell)).every((one) => ['Succeeded', 'Failed', 'Skipped'].includes(one.status?.phase ?? '')));
}

interface SessionView {
  spec: { invoker: { name: string }; trigger?: string };
  status?: { phase?: string; message?: string };
}

async function sessionsOf(shell: Shell): Promise<SessionView[]> {
  const sessions = (JSON.parse(await shell.read(stash, ['get', 'backupsessions', '-o', 'json'])) as { items: SessionView[] }).items;
  const failed = sessions.find((one) => one.status?.phase === 'Failed');
  if (failed !== undefined) throw new Error(`a backup failed: ${failed.status?.message}`);
  return sessions;
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 180_000; Date.now() < end; ) {
    if (await done()) return;
    await delay(500, undefined, { signal: interrupted.signal });
  }
  throw new Error('the scheduled backups did not arrive within 3 minutes; see .demo/stash.log');
}
