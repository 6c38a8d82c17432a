import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isCode } from '../../../errors/error.ts';
import { makeAccount, makeBackupAccount } from '../testing/backup-account.ts';
import { callFunction } from '../testing/call-function.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

async function withServer(options: string[], work: (server: TestServer, stage: string) => Promise<void>): Promise<void> {
  const server = await startTestServer({ options });
  try {
    const stage = join(server.directory, 'log');
    mkdirSync(stage);
    await work(server, stage);
    assert.equal(existsSync(join(stage, 'log.index')), false);
  } finally {
    await server.dispose();
  }
}
const archive = (server: TestServer, stage: string, login: { username: string; password: string }) =>
  callFunction({ function: 'mariadb-physical', operation: 'Log', stage, connection: server.connection(login) });

test('a server without binlog is refused', () =>
  withServer([], async (server, stage) => {
    const account = await makeBackupAccount(server);
    await assert.rejects(archive(server, stage, account), (error) => isCode(error, 'LogBinOff') && /log_bin is OFF/.test(error.message));
  }));

test('the grant that is missing is named', () =>
  withServer(['log-bin=binlog'], async (server, stage) => {
    const weak = await makeAccount(server, { username: 'weak', password: 'x' }, 'RELOAD, PROCESS');
    await assert.rejects(
      archive(server, stage, weak),
      (error) => isCode(error, 'DatabaseGrantMissing') && /BINLOG MONITOR/.test(error.message),
    );
  }));

test('an encrypted binlog is refused, with the file named', async () => {
  const keys = mkdtempSync(join(tmpdir(), 'stash-keys-'));
  chmodSync(keys, 0o755);
  writeFileSync(join(keys, 'keys'), `1;${'0123456789abcdef'.repeat(4)}\n`);
  const plugin = ['plugin-load-add=file_key_management', `file-key-management-filename=${join(keys, 'keys')}`];
  try {
    await withServer(['log-bin=binlog', 'encrypt-binlog', ...plugin], async (server, stage) => {
      const account = await makeBackupAccount(server);
      await assert.rejects(
        archive(server, stage, account),
        (error) => isCode(error, 'DatabaseUnsupported') && /binlog\.000001 is encrypted/.test(error.message),
      );
    });
  } finally {
    rmSync(keys, { recursive: true });
  }
});

test('binlogs on another volume than the data are archived as well', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'stash-binlogs-'));
  if (process.getuid?.() === 0) execFileSync('chown', ['mysql', elsewhere]);
  const server = await startTestServer({ options: [`log-bin=${join(elsewhere, 'log')}`] });
  try {
    const account = await makeBackupAccount(server);
    const stage = join(server.directory, 'log');
    mkdirSync(stage);
    await archive(server, stage, account);
    assert.ok(existsSync(join(stage, 'binlog', '000001')));
  } finally {
    await server.dispose();
    rmSync(elsewhere, { recursive: true });
  }
});
