import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { type BackupAccount, makeBackupAccount } from './testing/backup-account.ts';
import { callFunction } from './testing/call-function.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

type Operation = 'Full' | 'Incremental' | 'Role';

describe('the documented grants', () => {
  let server: TestServer;
  let account: BackupAccount;
  let parentPosition: Record<string, unknown> = {};
  let count = 0;
  const call = (operation: Operation) => {
    const stage = join(server.directory, 'stages', String(++count));
    const connection = server.connection(account);
    const ended = callFunction({ function: 'mariadb-physical', operation, stage, connection, parentPosition });
    return { stage, ended };
  };

  before(async () => {
    server = await startTestServer({ options: ['log-bin'] });
    account = await makeBackupAccount(server);
  });
  after(() => server?.dispose());

  it('are enough for all that the function does', async () => {
    parentPosition = (await call('Full').ended).position ?? {};
    assert.equal((await call('Incremental').ended).position?.fromLsn, parentPosition.toLsn);
    assert.equal((await call('Role').ended).role, 'Primary');
  });

  const NEEDED_FOR: [grant: string, operations: Operation[], not: Operation[]][] = [
    ['RELOAD', ['Full', 'Incremental'], ['Role']],
    ['PROCESS', ['Full', 'Incremental'], ['Role']],
    ['BINLOG MONITOR', ['Full', 'Incremental'], ['Role']],
    ['SLAVE MONITOR', ['Role'], ['Incremental']],
  ];

  it('are these', async () => {
    const [[text = ''] = []] = await server.sql("SHOW GRANTS FOR 'stash'@'localhost'");
    const granted = /^GRANT (.*) ON \*\.\*/.exec(text)?.[1]?.split(', ').sort();
    assert.deepEqual(granted, NEEDED_FOR.map(([grant]) => grant).sort());
  });

  for (const [grant, operations, not] of NEEDED_FOR)
    it(`are all needed: without ${grant} it is named, before anything is copied`, async () => {
      await server.sql(`REVOKE ${grant} ON *.* FROM 'stash'@'localhost'`);
      try {
        for (const operation of operations) {
          const { stage, ended } = call(operation);
          await assert.rejects(ended, (error) => {
            assert.ok(isCode(error, 'DatabaseGrantMissing'), String(error));
            assert.match(`${error.message} | ${error.remedy}`, new RegExp(`lacks ${grant} on .* \\| GRANT .*${grant}.* ON`));
            return true;
          });
          assert.equal(existsSync(join(stage, 'ibdata1')) || existsSync(join(stage, 'ibdata1.delta')), false);
        }
        for (const operation of not) await call(operation).ended;
      } finally {
        await server.sql(`GRANT ${grant} ON *.* TO 'stash'@'localhost'`);
      }
    });
});
