import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backup } from '../../agent/backup.ts';
import { openJournal } from '../../agent/journal.ts';
import { runOrder } from '../../agent/order-run.ts';
import { openStage } from '../../agent/stage.ts';
import { createRestic } from '../../engine/restic/restic.ts';
import { StashError } from '../../errors/error.ts';
import type { BackupTask, Order } from '../../orders/order.ts';
import type { Report } from '../../orders/report.ts';
import { childEnvironment } from '../../platform/local/environment.ts';
import type { ProcessIdentity } from '../../process/identity.ts';
import { type BackupAccount, makeBackupAccount } from './testing/backup-account.ts';
import { callFunction } from './testing/call-function.ts';
import { localChain } from './testing/local-chain.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { when } from './testing/when.ts';

describe('a physical backup that ends before its time', () => {
  let server: TestServer;
  let account: BackupAccount;

  before(async () => {
    server = await startTestServer({ options: ['log-bin'] });
    account = await makeBackupAccount(server);
    // A write lock on a table without transactions keeps the backup waiting for its own lock.
    await server.sql('CREATE DATABASE d; CREATE TABLE d.m (i INT) ENGINE=MyISAM; INSERT INTO d.m VALUES (1)');
  });
  after(() => server?.dispose());

  const threads = () =>
    server.sql(`SELECT ID, STATE FROM information_schema.PROCESSLIST WHERE USER = '${account.username}'`).then((rows) => rows);
  const heldUp = () =>
    when('the backup waits for its lock', async () => (await threads()).find(([, state]) => /backup lock/.test(state ?? '')));
  const serverIsFree = async () => {
    await when('no thread of the backup is left', async () => ((await threads()).length === 0 ? true : undefined));
    await server.sql('SET lock_wait_timeout=1; BACKUP STAGE START; BACKUP STAGE END; CREATE TABLE d.x (i INT); DROP TABLE d.x');
  };

  for (const operation of ['Full', 'Incremental'] as const)
    it(`leaves no lock and no thread on the server when it is told to stop (${operation})`, async () => {
      const chain = localChain(server, account);
      if (operation === 'Incremental') await chain.full();
      const held = await server.hold('LOCK TABLES d.m WRITE');
      const stop = new AbortController();
      const ended = (operation === 'Full' ? chain.full : chain.incremental)({ signal: stop.signal });
      await Promise.race([heldUp(), ended]);
      const since = performance.now();
      stop.abort();
      await assert.rejects(ended, (error) => error instanceof StashError && error.code === 'Canceled');
      assert.ok(performance.now() - since < 10_000, 'mariadb-backup ends by its signal, not by SIGKILL after the grace');
      await held.close();
      await serverIsFree();
    });

  it('leaves no lock and no thread on the server when its process is killed', async () => {
    const held = await server.hold('LOCK TABLES d.m WRITE');
    let started: ProcessIdentity | undefined;
    const ended = callFunction({
      function: 'mariadb-physical',
      operation: 'Full',
      stage: join(server.directory, 'killed'),
      connection: server.connection(account),
      onStart: (identity) => {
        started = identity;
      },
    });
    await heldUp();
    assert.ok(started !== undefined);
    process.kill(started.pid, 'SIGKILL');
    await assert.rejects(ended, (error) => error instanceof StashError && error.code === 'FunctionFailed');
    await when('no thread of the backup is left', async () => ((await threads()).length === 0 ? true : undefined));
    await held.close();
    await serverIsFree();
  });

  it('leaves no partial link in the stage of the agent that stops it', async () => {
    const directory = join(server.directory, 'agent');
    const stage = await openStage(directory);
    const baseEnv = childEnvironment(process.env);
    const held = await server.hold('LOCK TABLES d.m WRITE');
    const stop = new AbortController();
    const journal = await openJournal(stage.state, () => new Date().toISOString());
    await journal.accept(order(), { orderId: 'order', state: 'Running', startTime: new Date().toISOString(), steps: [] });
    const running = runOrder(order(), (run) => backup(run, task(), { engine: engine(directory), stage, baseEnv, keepOut: [] }), {
      journal,
      log: () => undefined,
      now: () => new Date(),
      changed: () => undefined,
      signal: stop.signal,
    });
    await Promise.race([heldUp(), running.then(({ error }) => assert.fail(`it ended: ${error?.code} ${error?.message}`))]);
    assert.ok(existsSync(join(directory, 'next', 'full.partial')));
    stop.abort(new StashError('DeadlineExceeded', 'the deadline of the session passed'));
    const report: Report = await running;
    await held.close();
    assert.equal(report.state, 'Failed');
    assert.equal(report.error?.code, 'DeadlineExceeded');
    assert.equal(existsSync(join(directory, 'next')), false);
    assert.deepEqual(await stage.index(), []);
    await serverIsFree();
  });

  const engine = (directory: string) =>
    createRestic({ path: 'restic', cacheDir: join(directory, 'cache'), tmpDir: directory, baseEnv: childEnvironment(process.env) });
  const order = (): Order => ({
    id: 'order',
    epoch: 1,
    deadline: new Date(Date.now() + 60_000).toISOString(),
    purpose: 'BackupSession/default/orders',
    task: task(),
  });
  const task = (): BackupTask => ({
    type: 'Backup',
    operation: 'Full',
    alias: 'full',
    host: 'host-0',
    steps: [
      {
        name: 'mariadb-physical',
        command: ['stash-function', 'mariadb-physical'],
        env: {},
        params: {},
        source: 'Stage',
        fetch: 'Destination',
        checks: false,
      },
    ],
    paths: [],
    exclude: [],
    args: [],
    connection: server.connection(account),
    repositories: [],
    tags: [],
  });
});
