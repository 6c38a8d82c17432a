import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { type BackupAccount, makeBackupAccount } from './testing/backup-account.ts';
import { callFunction } from './testing/call-function.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { when } from './testing/when.ts';

describe('the role of a MariaDB server', () => {
  let primary: TestServer;
  let replica: TestServer;
  let account: BackupAccount;

  before(async () => {
    primary = await startTestServer({ tcp: true, options: ['log-bin', 'server-id=11'] });
    replica = await startTestServer({ options: ['server-id=12', 'log-bin', 'log-slave-updates', 'read-only'] });
    account = await makeBackupAccount(primary);
    await makeBackupAccount(replica);
    await primary.sql("CREATE USER 'follow'@'%' IDENTIFIED BY 'x'; GRANT REPLICATION SLAVE ON *.* TO 'follow'@'%'");
  });
  after(async () => {
    await replica?.dispose();
    await primary?.dispose();
  });

  const roleOf = (server: TestServer) =>
    callFunction({ function: 'mariadb-physical', operation: 'Role', connection: server.connection(account) });
  /** `name`: '' for the connection without one. */
  const follow = async (name: string) => {
    const { port } = primary.connection(account, 'tcp');
    const connection = name === '' ? '' : `'${name}'`;
    await replica.sql(`CHANGE MASTER ${connection} TO master_host='127.0.0.1', master_port=${port}, master_user='follow', master_password='x',
      master_use_gtid=slave_pos; START SLAVE ${connection}`);
    await when('the replica follows', async () => ((await roleOf(primary)).evidence?.slavesConnected === 1 ? true : undefined));
  };

  it('is Primary where it follows nobody, with all that this was concluded from', async () => {
    const { role, evidence } = await roleOf(primary);
    const [[version = '', gtidBinlogPos = ''] = []] = await primary.sql('SELECT @@version, @@gtid_binlog_pos');
    assert.equal(role, 'Primary');
    assert.deepEqual(evidence, {
      readOnly: false,
      slaves: 0,
      slavesConnected: 0,
      serverId: 11,
      gtidBinlogPos,
      gtidSlavePos: '',
      logSlaveUpdates: false,
      logBin: true,
      version,
    });
  });

  it('is not told by read_only', async () => {
    const { role, evidence } = await roleOf(replica);
    assert.deepEqual([role, evidence?.readOnly], ['Primary', true]);
  });

  for (const name of ['', 'upstream'])
    it(`is Replica with a ${name === '' ? 'connection' : 'named connection'} to a primary, running or stopped, until that is forgotten`, async () => {
      await follow(name);
      const running = await roleOf(replica);
      assert.deepEqual([running.role, running.evidence?.slaves, running.evidence?.logSlaveUpdates], ['Replica', 1, true]);
      assert.equal((await roleOf(primary)).role, 'Primary');
      await replica.sql('STOP ALL SLAVES');
      assert.equal((await roleOf(replica)).role, 'Replica');
      await replica.sql(`RESET SLAVE ${name === '' ? '' : `'${name}'`} ALL`);
      assert.equal((await roleOf(replica)).role, 'Primary');
    });

  it('is unknown where no server answers: that is an error, never a role', async () => {
    await assert.rejects(
      callFunction({ function: 'mariadb-physical', operation: 'Role', connection: { ...primary.connection(account), socket: '/nowhere' } }),
      (error) => isCode(error, 'DatabaseUnreachable'),
    );
  });
});
