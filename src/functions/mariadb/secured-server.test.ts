import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { type BackupAccount, makeBackupAccount } from './testing/backup-account.ts';
import { callFunction } from './testing/call-function.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

describe('a physical backup of a secured MariaDB', () => {
  let keys: string;
  let server: TestServer;
  let account: BackupAccount;

  before(async () => {
    keys = mkdtempSync(join(tmpdir(), 'stash-keys-'));
    chmodSync(keys, 0o755);
    certificate('server', '127.0.0.1');
    certificate('stranger', '127.0.0.1');
    writeFileSync(join(keys, 'table-keys'), `1;${'0123456789abcdef'.repeat(4)}\n`);
    server = await startTestServer({
      tcp: true,
      options: [
        `ssl-cert=${join(keys, 'server.crt')}`,
        `ssl-key=${join(keys, 'server.key')}`,
        'plugin-load-add=file_key_management',
        `file-key-management-filename=${join(keys, 'table-keys')}`,
      ],
    });
    account = await makeBackupAccount(server);
    await server.sql("ALTER USER 'stash'@'localhost' REQUIRE SSL; CREATE DATABASE d");
  });
  after(async () => {
    await server?.dispose();
    rmSync(keys, { recursive: true });
  });

  const backup = (name: string, authority: string) =>
    callFunction({
      function: 'mariadb-physical',
      operation: 'Full',
      stage: join(server.directory, name),
      connection: { ...server.connection(account, 'tcp'), caCertificate: readFileSync(join(keys, authority), 'utf8') },
    });

  it('goes over TLS, with the certificate that the AppBinding names', async () => {
    const { position } = await backup('trusted', 'server.crt');
    assert.equal(position?.datadir, server.datadir);
  });

  it('gives the password to no server whose certificate is another', async () => {
    await assert.rejects(
      backup('stranger', 'stranger.crt'),
      (error) => isCode(error, 'DatabaseUnreachable') && /certificate/i.test(error.message),
    );
  });

  it('is refused when a table is encrypted at rest, with its name', async () => {
    await server.sql('CREATE TABLE d.secret (i INT) ENCRYPTED=YES');
    await assert.rejects(
      backup('encrypted', 'server.crt'),
      (error) => isCode(error, 'DatabaseUnsupported') && /d\/secret/.test(error.message),
    );
  });

  function certificate(name: string, address: string): void {
    const [key, file] = [join(keys, `${name}.key`), join(keys, `${name}.crt`)];
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=IP:${address}`];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        file,
        ...subject,
      ],
      {
        stdio: 'ignore',
      },
    );
    chmodSync(key, 0o644);
  }
});
