import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { callFunction } from './testing/call-function.ts';
import { fetchedChain } from './testing/fetched-chain.ts';
import { stateIn, stateOf } from './testing/server-state.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const PROVIDER = 'plugin-load-add=provider_lz4';
let server: TestServer;
let scratch: string;
before(async () => {
  const options = ['log-bin=mariadb-bin', PROVIDER, 'innodb-compression-algorithm=lz4', 'innodb-buffer-pool-size=128M'];
  server = await startTestServer({ options });
  scratch = mkdtempSync(join(tmpdir(), 'stash-compressed-'));
});
after(async () => {
  await server?.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

test('what was changed in a compressed table and is in the redo log alone comes back; without its plugin the restore is refused', async () => {
  await server.sql(`CREATE DATABASE d; CREATE TABLE d.packed (i INT PRIMARY KEY, t TEXT) PAGE_COMPRESSED=1;
    INSERT INTO d.packed SELECT seq, REPEAT(MD5(seq), 100) FROM d.seq_1_to_5000; FLUSH TABLES d.packed FOR EXPORT; UNLOCK TABLES;
    SET GLOBAL innodb_max_dirty_pages_pct_lwm=0, GLOBAL innodb_max_dirty_pages_pct=99; UPDATE d.packed SET t = CONCAT(t, 'changed') WHERE i % 5 = 0`);
  const chain = await fetchedChain(server);
  const restore = (destination: string, under: string[] = []) =>
    callFunction({
      function: 'mariadb-restore',
      operation: 'Restore',
      source: chain.copy(),
      destination,
      ...(under.length > 0 && { under }),
    });
  await restore(join(scratch, 'data'));
  assert.deepEqual(await stateIn(join(scratch, 'data'), 'mariadb-bin', [`--${PROVIDER}`]), await stateOf(server));

  // A machine that has no such plugin: its server names another directory of them.
  const [programs, plugins] = ['bin', 'plugins'].map((name) => mkdtempSync(join(scratch, name)));
  const program = join(programs ?? '', 'mariadbd');
  writeFileSync(program, `#!/bin/sh\necho "plugin-dir  ${plugins}/"\n`);
  chmodSync(program, 0o755);
  await assert.rejects(restore(join(scratch, 'refused'), ['sh', '-c', 'PATH="$0:$PATH" exec "$@"', programs ?? '']), (error) => {
    assert.ok(isCode(error, 'ToolMissing'), String(error));
    assert.match(`${error.message} ${error.remedy}`, /compressed with lz4; .*provider_lz4 is not installed.*mariadb-plugin-provider-lz4/);
    return true;
  });
});
