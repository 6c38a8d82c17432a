import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type LogHost, logHost } from './testing/log-host.ts';

const keys = mkdtempSync(join(tmpdir(), 'stash-keys-'));
let host: LogHost;
before(async () => {
  chmodSync(keys, 0o755);
  writeFileSync(join(keys, 'keys'), `1;${'0123456789abcdef'.repeat(4)}\n`);
  host = await logHost(['one'], ['plugin-load-add=file_key_management', `file-key-management-filename=${join(keys, 'keys')}`]);
  await host.server.sql('CREATE DATABASE d');
});
after(async () => {
  await host?.dispose();
  rmSync(keys, { recursive: true });
});

test('a log that no restore can replay is archived all the same, and the tick says so until it is over', async () => {
  assert.equal((await host.logged()).error, undefined);
  await host.server.sql('CREATE TABLE d.secret (i INT) ENCRYPTED=YES');
  const told = await host.logged();
  assert.equal(told.error?.code, 'DatabaseUnsupported');
  assert.match(
    told.error?.message ?? '',
    /^the table d\/secret is encrypted at rest.*the log is archived all the same, but no backup can be made/,
  );
  assert.match(told.error?.remedy ?? '', /ENCRYPTED=NO/);
  assert.deepEqual([told.log?.gtid, told.stored.length, told.role], [await host.gtid(), 1, 'Primary']);
  await host.server.sql('ALTER TABLE d.secret ENCRYPTED=NO');
  assert.equal((await host.logged()).error, undefined);
});
