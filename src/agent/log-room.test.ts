import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FunctionStep } from '../orders/order.ts';
import { type LogHost, logHost } from './testing/log-host.ts';

let host: LogHost;

/** The built-in function on a stage that has room for no more than one file. */
const SMALL = `
if [ "$STASH_OPERATION" = Log ] && [ "$(ls "$STASH_STAGE/binlog" 2>/dev/null | wc -l)" -gt 1 ]; then
  printf '{"error":{"code":"StageFull","message":"0 MiB can be used"}}' > "$STASH_RESULT"; exit 1
fi
exec stash-function mariadb-physical`;
const small: FunctionStep = {
  name: 'small',
  command: ['sh', '-c', SMALL],
  env: {},
  params: {},
  source: 'Stage',
  fetch: 'Stage',
  checks: false,
  roles: true,
};

before(async () => {
  host = await logHost(['a', 'b']);
  await host.server.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT AUTO_INCREMENT PRIMARY KEY)');
});
after(() => host?.dispose());

test('a full stage is reported, and what is staged is stored all the same', async () => {
  host.away('b');
  await host.logged();
  await host.server.sql('FLUSH BINARY LOGS; INSERT INTO d.t VALUES ()');
  const staged = await host.logged();
  host.back('b');
  const report = await host.log({ steps: [small] });
  assert.deepEqual([report.state, report.result?.type === 'Log' && report.result.error?.code], ['Succeeded', 'StageFull']);
  assert.equal((await host.stored('b')).at(-1)?.span.gtid, staged.log?.gtid);
});

test('while the server is down, what is staged is stored and told of, and why no more is', async () => {
  host.away('b');
  await host.server.sql('INSERT INTO d.t VALUES ()');
  const staged = await host.logged();
  host.back('b');
  await host.server.stop();
  const { stored, complete, error, role, log } = await host.logged();
  await host.server.start();
  assert.deepEqual([stored.map(({ repository }) => repository.name), complete.length, role], [['b'], 2, undefined]);
  assert.ok(error !== undefined);
  assert.deepEqual([log?.timeline, log?.gtid], [staged.log?.timeline, staged.log?.gtid]);
});

test('a full stage gives up what one repository has the closing log of, rather than what the server may remove', async () => {
  await host.backup('Full');
  await host.logged();
  await host.server.sql('FLUSH BINARY LOGS; INSERT INTO d.t VALUES ()');
  await host.backup('Full');
  host.away('b');
  await host.logged();
  assert.ok(((await host.index())?.files.length ?? 0) > 1, 'not cut, since b lacks the closing log');
  await host.server.sql('INSERT INTO d.t VALUES ()');
  const report = await host.log({ steps: [small] });
  assert.equal(report.state, 'Succeeded', report.error?.message);
  const index = await host.index();
  assert.deepEqual([index?.files.length, index?.until.gtid], [1, await host.gtid()]);
  host.back('b');
});
