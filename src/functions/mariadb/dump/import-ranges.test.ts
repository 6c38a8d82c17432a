import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { childEnvironment } from '../../../platform/local/environment.ts';
import type { FunctionContext } from '../../function.ts';
import { openServer } from '../server.ts';
import { startTestServer } from '../testing/test-server.ts';
import { importRanges } from './import-ranges.ts';

test('no statement of a dump reads a file of this machine', async () => {
  const server = await startTestServer({ options: ['local-infile=1'] });
  const scratch = mkdtempSync(join(tmpdir(), 'stash-import-'));
  try {
    await server.sql('CREATE DATABASE d; CREATE TABLE d.t (v TEXT)');
    const own = join(scratch, 'own');
    writeFileSync(own, 'of this machine\n');
    const dump = `LOAD DATA LOCAL INFILE '${own}' INTO TABLE d.t;\n`;
    writeFileSync(join(scratch, 'dump.sql'), dump);
    const context: FunctionContext = {
      operation: 'Restore',
      connection: server.connection({ username: 'root', password: '' }),
      scratch,
      param: () => undefined,
      restore: { allowOverwrite: false, previousData: 'Keep', stopCommand: [], startCommand: [] },
      env: childEnvironment(process.env),
      signal: new AbortController().signal,
      log: () => undefined,
      progress: () => undefined,
    };
    const { connection, env, signal } = context;
    assert.ok(connection);
    const { defaultsFile } = openServer(connection, scratch, env, signal);
    const work = { file: join(scratch, 'dump.sql'), ranges: [{ from: 0, to: dump.length }], last: '', options: ['--compress'] };
    await assert.rejects(importRanges(context, defaultsFile, work), /local infile/);
    assert.deepEqual(await server.sql('SELECT * FROM d.t'), []);
  } finally {
    await server.dispose();
    rmSync(scratch, { recursive: true, force: true });
  }
});
