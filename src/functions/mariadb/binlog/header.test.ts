import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../../errors/error.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { readBinlogHeader } from './header.ts';

describe('the header of a binlog', () => {
  let server: TestServer;
  const binlog = (number: number) => join(server.datadir, `binlog.00000${number}`);

  before(async () => {
    server = await startTestServer({ options: ['log-bin=binlog', 'server-id=4000000001'] });
    await server.sql(`CREATE DATABASE d; CREATE TABLE d.t (i INT); FLUSH BINARY LOGS;
      SET SESSION gtid_domain_id=7; INSERT INTO d.t VALUES (1); SET SESSION server_id=12; INSERT INTO d.t VALUES (2);
      SET SESSION gtid_domain_id=4294967295, gtid_seq_no=18446744073709551614; INSERT INTO d.t VALUES (3); FLUSH BINARY LOGS`);
  });
  after(() => server?.dispose());

  it('says what mariadb-binlog says, of the first file, a closed one and the one being written', async () => {
    const found = [];
    for (const number of [1, 2, 3]) {
      const header = await readBinlogHeader(binlog(number));
      assert.deepEqual(header, await asTheToolSays(binlog(number)));
      found.push(header.from);
    }
    assert.deepEqual(found, ['', '0-4000000001-2', '0-4000000001-2,7-12-2,4294967295-12-18446744073709551614']);
  });

  it('stays the same when the file is closed', async () => {
    const open = await readBinlogHeader(binlog(3));
    await server.sql('FLUSH BINARY LOGS');
    assert.deepEqual(await readBinlogHeader(binlog(3)), open);
  });

  it('is read of an encrypted file as far as it can be', async () => {
    const keys = mkdtempSync(join(tmpdir(), 'stash-keys-'));
    execFileSync('chmod', ['755', keys]);
    writeFileSync(join(keys, 'keys'), `1;${'0123456789abcdef'.repeat(4)}\n`);
    const options = [
      'log-bin=binlog',
      'encrypt-binlog',
      'plugin-load-add=file_key_management',
      `file-key-management-filename=${join(keys, 'keys')}`,
    ];
    const other = await startTestServer({ options });
    try {
      const header = await readBinlogHeader(join(other.datadir, 'binlog.000001'));
      assert.deepEqual([header.encrypted, header.from, header.serverId], [true, '', 1]);
    } finally {
      await other.dispose();
      rmSync(keys, { recursive: true });
    }
  });

  it('is refused of a file that is none, or that ends in its first events', async () => {
    const whole = readFileSync(binlog(2));
    const file = join(server.directory, 'cut');
    for (const content of [
      Buffer.alloc(0),
      Buffer.from('hello, world'),
      whole.subarray(0, 100),
      whole.subarray(0, 260),
      Buffer.alloc(400),
    ]) {
      writeFileSync(file, content);
      await assert.rejects(readBinlogHeader(file), (error) => isCode(error, 'FunctionFailed') && error.message.includes(file));
    }
    await assert.rejects(readBinlogHeader(`${file}.none`), { code: 'ENOENT' });
  });
});

async function asTheToolSays(file: string) {
  const text = execFileSync('mariadb-binlog', [file], { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', TZ: 'UTC' } });
  const [, date = '', time = '', serverId, end] =
    /^#(\d{6}) +(\d+:\d\d:\d\d) server id (\d+) +end_log_pos (\d+) .*Start: binlog v 4/m.exec(text) ?? [];
  const list = /Gtid list \[([^\]]*)\]/.exec(text)?.[1] ?? 'none';
  const day = `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4)}`;
  const newest = new Map(list.split(/[,\s#]+/).map((gtid) => [gtid.split('-')[0], gtid]));
  const from = [...newest.values()].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10)).join(',');
  return {
    serverId: Number(serverId),
    created: `${day}T${time.padStart(8, '0')}Z`,
    from,
    encrypted: false,
    end: Number(end),
  };
}
