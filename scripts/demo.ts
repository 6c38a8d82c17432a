import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from '../src/platform/local/environment.ts';
import { startStash } from './demo/database.ts';
import { fingerprint, makeDocuments } from './demo/files.ts';
import { demoManifests } from './demo/manifests.ts';
import { startShop } from './demo/replicated.ts';
import { heading, type Shell, shellIn, stop } from './demo/shell.ts';

/**
 * `make demo`: real files, and a real MariaDB with its replica, backed up, through a failover and an accident, brought back to the
 * transaction just before it, compared. Everything is in `.demo`.
 */
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

heading('A directory tree, and two MariaDB servers with more than 200 MB: db-0 and its replica db-1');
await makeDocuments(documents);
const shop = await startShop(join(directory, 'mariadb'), shell, login);
const { 'db-0': old, 'db-1': next } = shop.servers;
const up = { child: undefined as Awaited<ReturnType<typeof startStash>> | undefined };
try {
  const files = await fingerprint(documents);
  console.log(`${files.split('\n').length} files and directories; shop.orders and shop.customers:\n${(await shop.checksums(old)).trim()}`);

  heading('stash up, and the example manifests with short schedules');
  up.child = await startStash(shell, stash, join(directory, 'stash.log'));
  const manifests = join(directory, 'manifests.yaml');
  const servers = Object.entries(shop.servers).map(([name, { socket, datadir }]) => ({ name, url: `unix(${socket})/`, datadir }));
  const places = { repository: join(directory, 'repository'), documents, servers, password: randomBytes(12).toString('hex'), login };
  await writeFile(manifests, demoManifests(join(root, 'examples'), places), { mode: 0o600 });
  await shell.show(stash, ['apply', '-f', '.demo/manifests.yaml']);
  await shell.show(stash, ['schedule', 'documents', '--count', '3']);

  heading('A full, sales, an incremental: of the primary alone');
  await shell.show(stash, ['backup', 'orders', '--alias', 'full', '--wait']);
  await shop.sell(old, 500);
  await shell.show(stash, ['backup', 'orders', '--alias', 'incremental', '--wait']);
  await shop.sell(old, 200);

  heading('Backups on schedule (every minute here): the documents, and the binlogs of the primary');
  await bothScheduled(shell);
  await shell.show(stash, ['get', 'backupsessions']);
  await shell.show(stash, ['backup', 'orders', '--alias', 'log', '--wait']);

  heading('A failover: db-1 is the primary now. What was asked for is an incremental; it has to be a full');
  await shop.failover();
  await shop.sell(next, 300);
  await shell.show(stash, ['backup', 'orders', '--alias', 'incremental', '--wait']);
  await shell.show(stash, ['get', 'backupsessions', '-o', 'wide']);
  await shop.sell(next, 100);

  heading('The accident: a DELETE without WHERE, and the documents are gone');
  const before = { tables: await shop.checksums(next), gtid: await shop.gtid(next) };
  await next.query('DELETE FROM shop.orders');
  const accident = (await shop.gtid(next)).trim();
  await shop.sell(next, 3);
  // Their next scheduled backup would rightly fail.
  await shell.show(stash, ['pause', 'documents']);
  await idle(shell);
  await rm(documents, { recursive: true });
  console.log(`the last good transaction was ${before.gtid}, the DELETE is ${accident}; there are 3 orders left`);

  heading('What can be restored to');
  await shell.show(stash, ['backup', 'orders', '--alias', 'log', '--wait']);
  await shell.show(stash, ['pause', 'orders']);
  await idle(shell);
  await shell.show(stash, ['window', 'orders', '--draw']);

  heading('Restore to just before the DELETE');
  await shell.show(stash, ['restore', 'documents', '--wait']);
  const inPlace = ['--target-host', 'db-1', '--allow-overwrite', '--previous-data', 'Discard'];
  const commands = ['--stop-command', `${next.control} stop`, '--start-command', `${next.control} start`];
  await shell.show(stash, ['restore', 'orders', '--gtid', accident, '--exclusive', ...inPlace, ...commands, '--wait']);

  heading('Compared with what there was');
  const after = { files: await fingerprint(documents), tables: await shop.checksums(next), gtid: await shop.gtid(next) };
  if (after.files !== files) throw new Error('the restored files differ from those that were backed up');
  if (after.tables !== before.tables) throw new Error(`the restored tables differ: ${after.tables.trim()}`);
  if (after.gtid !== before.gtid) throw new Error(`the restored server is at ${after.gtid}, not at ${before.gtid}`);
  console.log(`files:  ${after.files.split('\n').length} names, modes and sha256 hashes are the same`);
  console.log(`tables: checksums and row counts are the same as at ${after.gtid}\n${after.tables.trim()}`);
  console.log(
    `\nProved in ${Math.round((Date.now() - began) / 1000)} s: backups of files and of the primary of two MariaDB servers, through a failover, restore to exactly what there was one transaction before the accident.`,
  );
  console.log('Everything the demo made is in .demo; "make clean" removes it, with what install and test made.');
} finally {
  await stop(up.child);
  await shop.stop();
}

/** Until the documents have a scheduled session that succeeded, and the log of the database is archived. */
async function bothScheduled(shell: Shell): Promise<void> {
  await until(async () => {
    const sessions = await sessionsOf(shell);
    const { status } = JSON.parse(await shell.read(stash, ['get', 'backupconfiguration', 'orders', '-o', 'json'])) as ConfigurationView;
    const log = status?.execOps?.find(({ alias }) => alias === 'log');
    if (log?.error !== undefined) throw new Error(`the log is not archived: ${log.error}`);
    const documented = sessions.some(
      (one) => one.spec.invoker.name === 'documents' && one.spec.trigger === 'Schedule' && one.status?.phase === 'Succeeded',
    );
    return documented && log?.lastUpload !== undefined;
  });
}

/** Until nothing runs any more. */
async function idle(shell: Shell): Promise<void> {
  await until(async () => (await sessionsOf(shell)).every((one) => ['Succeeded', 'Failed', 'Skipped'].includes(one.status?.phase ?? '')));
}

interface ConfigurationView {
  status?: { execOps?: { alias: string; lastUpload?: string; error?: string }[] };
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
