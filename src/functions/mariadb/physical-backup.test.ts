import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import { type BackupAccount, makeAccount, makeBackupAccount } from './testing/backup-account.ts';
import { callFunction, type FunctionCall } from './testing/call-function.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

describe('a physical backup of MariaDB', () => {
  let server: TestServer;
  let account: BackupAccount;
  let count = 0;
  const newStage = () => join(server.directory, 'stages', String(++count));
  const backup = (over: Partial<FunctionCall> = {}) =>
    callFunction({
      function: 'mariadb-physical',
      operation: 'Full',
      stage: newStage(),
      connection: server.connection(account),
      ...over,
    });

  before(async () => {
    server = await startTestServer({ tcp: true, options: ['log-bin'] });
    account = await makeBackupAccount(server);
    await server.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT); INSERT INTO d.t VALUES (1)');
  });
  after(() => server?.dispose());

  it('needs the documented grants only, and says where it ends', async () => {
    const stage = newStage();
    const { position } = await backup({ stage });
    assert.equal(position?.datadir, server.datadir);
    assert.match(String(position?.version), /^\d+\.\d+\.\d+-MariaDB/);
    assert.match(String(position?.gtid), /^0-1-\d+$/);
    assert.ok(BigInt(String(position?.lastLsn)) >= BigInt(String(position?.toLsn)) && BigInt(String(position?.toLsn)) > 0n);
    assert.ok(existsSync(join(stage, 'ibdata1')));
  });

  it('goes over TCP as well, with any characters in name and password', async () => {
    const odd = await makeAccount(
      server,
      { username: `it's "me"#\\ ü`, password: `  pä"ss\\w#o'rd ; \\s=x\\n $(x) ` },
      'RELOAD, PROCESS, BINLOG MONITOR',
    );
    await backup({ connection: server.connection(odd, 'tcp') });
  });

  it('takes no login from the files of the user who runs it', async () => {
    const home = join(server.directory, 'home');
    mkdirSync(home);
    writeFileSync(join(home, '.my.cnf'), '[client]\nuser=somebody\npassword=else\n');
    const before = process.env.HOME;
    process.env.HOME = home;
    try {
      await backup();
    } finally {
      process.env.HOME = before;
    }
  });

  it('never shows the password, in the log or in what is stored', async () => {
    const lines: string[] = [];
    const stage = newStage();
    const secret = await makeAccount(server, { username: 'quiet', password: 'never-to-be-seen' }, 'RELOAD, PROCESS, BINLOG MONITOR');
    await backup({ stage, connection: server.connection(secret), onLog: (line) => lines.push(line) });
    assert.ok(lines.length > 10);
    const small = readdirSync(stage).filter((name) => /^(xtrabackup_|mariadb_backup_|backup-my)/.test(name));
    const texts = [...lines, ...small.map((name) => readFileSync(join(stage, name), 'latin1'))];
    assert.deepEqual(
      texts.filter((text) => text.includes('never-to-be-seen')),
      [],
    );
  });

  it('says DatabaseAccessDenied for a wrong password', async () => {
    const wrong = server.connection({ ...account, password: 'wrong' });
    await assert.rejects(
      backup({ connection: wrong }),
      (error) => isCode(error, 'DatabaseAccessDenied') && !error.message.includes('wrong'),
    );
  });

  it('says DatabaseUnreachable where no server answers', async () => {
    const connection = { type: 'mariadb', socket: join(server.directory, 'no.sock'), ...account };
    await assert.rejects(backup({ connection }), (error) => isCode(error, 'DatabaseUnreachable') && error.message.includes('no.sock'));
  });

  it('says what to raise where there are more tables than files may be open', async () => {
    await server.sql(`CREATE DATABASE many; ${Array.from({ length: 200 }, (_, at) => `CREATE TABLE many.t${at} (i INT)`).join(';')}`);
    try {
      const under = ['sh', '-c', 'ulimit -n 150; exec "$@"', 'sh'];
      await assert.rejects(backup({ under }), (error) => isCode(error, 'FunctionFailed') && error.remedy.includes('LimitNOFILE'));
    } finally {
      await server.sql('DROP DATABASE many');
    }
  });

  it('refuses a table that lies outside of the data directory, and says where', async () => {
    const place = join(server.datadir, '..', 'run', 'elsewhere');
    await server.sql(`CREATE TABLE d.far (i INT) DATA DIRECTORY '${place}'`);
    try {
      await assert.rejects(backup(), (error) => isCode(error, 'DatabaseUnsupported') && /far\.isl.*elsewhere/.test(error.message));
    } finally {
      await server.sql('DROP TABLE d.far');
    }
  });

  it('refuses a directory that is not the one of the server that answers', async () => {
    const aside = `${server.datadir}.aside`;
    renameSync(server.datadir, aside);
    try {
      mkdirSync(server.datadir);
      const header = Buffer.from(readFileSync(join(aside, 'ib_logfile0')).subarray(0, 16384));
      header.writeBigUInt64BE(99_999_999n, 4096);
      writeFileSync(join(server.datadir, 'ib_logfile0'), header);
      writeFileSync(join(server.datadir, 'ibdata1'), '');
      await assert.rejects(backup(), (error) => isCode(error, 'DatabaseElsewhere') && /another server/.test(error.message));
      rmSync(server.datadir, { recursive: true });
      await assert.rejects(backup(), (error) => isCode(error, 'DatabaseElsewhere') && /no such data/.test(error.message));
    } finally {
      rmSync(server.datadir, { recursive: true, force: true });
      renameSync(aside, server.datadir);
    }
  });

  it('writes nothing into a stage that is too small', {
    skip: process.getuid?.() !== 0 && 'only root can mount a small file system',
  }, async () => {
    const stage = newStage();
    mkdirSync(stage, { recursive: true });
    await mount('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'stash-test', stage]);
    try {
      await assert.rejects(backup({ stage }), (error) => isCode(error, 'StageFull') && /needed/.test(error.message));
      assert.deepEqual(readdirSync(stage), []);
    } finally {
      await mount('umount', [stage]);
    }
  });
});

async function mount(command: string, args: string[]): Promise<void> {
  const ended = await run({ command, args, env: { PATH: process.env.PATH ?? '' }, signal: AbortSignal.timeout(10_000) });
  assert.equal(ended.exitCode, 0, ended.stderrTail);
}
