import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import type { LogPoint } from '../../orders/order.ts';
import { archiveLogs } from './testing/archived-logs.ts';
import { callFunction } from './testing/call-function.ts';
import { type FetchedChain, fetchedChain } from './testing/fetched-chain.ts';
import { type ServerState, stateIn, stateOf } from './testing/server-state.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { when } from './testing/when.ts';

const options = (id: number) => [
  'log-bin=mariadb-bin',
  `server-id=${id}`,
  'gtid-strict-mode=1',
  'log-slave-updates=ON',
  'binlog-row-event-max-size=8192',
];
const REPLICATION = "CREATE USER repl@'127.0.0.1' IDENTIFIED BY 'follow-me'; GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'";

describe('a replay of a history that is not simple', () => {
  let scratch: string;
  let first: TestServer;
  let second: TestServer;
  let chain: FetchedChain;
  const history = new Map<string, ServerState>();
  let shared = '';

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'stash-replay-'));
    [first, second] = await Promise.all([
      startTestServer({ tcp: true, options: options(1) }),
      startTestServer({ tcp: true, options: options(2) }),
    ]);
    await second.sql('RESET MASTER');
    await first.sql(
      `RESET MASTER; ${REPLICATION}; CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY, v TEXT); CREATE TABLE d.l (a INT, b VARCHAR(20))`,
    );
    const { host, port } = first.connection({ username: 'repl', password: 'follow-me' }, 'tcp');
    const login = `MASTER_USER='repl', MASTER_PASSWORD='follow-me'`;
    await second.sql(`CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}, ${login}, MASTER_USE_GTID=slave_pos; START SLAVE`);
    chain = await fetchedChain(first);
    const remember = async (name: string, server = first) => history.set(name, await stateOf(server));
    await first.sql('SET gtid_domain_id=1; INSERT INTO d.t VALUES (1, "one"); SET gtid_domain_id=0; INSERT INTO d.t VALUES (2, "two")');
    await remember('domains');
    await first.sql(
      'SET gtid_domain_id=2; INSERT INTO d.t VALUES (3, "three"); SET gtid_domain_id=1; INSERT INTO d.t VALUES (4, "four"); FLUSH BINARY LOGS',
    );
    await remember('third domain');
    const file = join(first.directory, 'run', 'load.csv');
    writeFileSync(file, '1\tone\n2\ttwo\n');
    await first.sql(`SET binlog_format=STATEMENT; LOAD DATA INFILE '${file}' INTO TABLE d.l`);
    await remember('load');
    await first.sql("XA START 'x'; INSERT INTO d.t VALUES (5, 'xa'); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'");
    await remember('xa');
    await first.sql('INSERT INTO d.t SELECT 1000 + seq, REPEAT("x", 1000) FROM d.seq_1_to_100000');
    await remember('large');
    shared = history.get('large')?.gtid ?? '';
    await when('the replica has it all', async () => ((await stateOf(second)).gtid === shared ? true : undefined));
    await second.sql('STOP SLAVE; RESET SLAVE ALL');
    // What the first still took when nobody listened any more is no part of what the second goes on with.
    await first.sql('INSERT INTO d.t VALUES (6, "lost")');
    await remember('lost');
    await archiveLogs(first, join(scratch, 'alone', '001'));
    await second.sql('INSERT INTO d.t VALUES (6, "kept"), (7, "more"); DELETE FROM d.t WHERE i > 1000');
    await remember('failover', second);
    await archiveLogs(first, join(scratch, 'both', '001'));
    await archiveLogs(second, join(scratch, 'both', '002'), { timeline: '99999999' });
  });
  after(async () => {
    await Promise.all([first?.dispose(), second?.dispose()]);
    rmSync(scratch, { recursive: true, force: true });
  });

  let count = 0;
  const replayed = async (logs: string, point: LogPoint): Promise<ServerState> => {
    const destination = join(scratch, `data-${++count}`);
    await callFunction({
      function: 'mariadb-restore',
      operation: 'Restore',
      source: chain.copy(),
      logs: join(scratch, logs),
      point,
      destination,
    });
    const state = await stateIn(destination);
    rmSync(destination, { recursive: true });
    return state;
  };

  for (const name of ['domains', 'third domain', 'load', 'xa', 'large', 'lost'])
    it(`leads to what the source had: ${name}`, async () => {
      const state = history.get(name);
      assert.deepEqual(await replayed('alone', { gtid: state?.gtid ?? '', exclusive: false, switches: [] }), state);
    });

  it('goes over to the log of the server that took over, and leaves out what only the old one had', async () => {
    const state = history.get('failover');
    assert.deepEqual(await replayed('both', { gtid: state?.gtid ?? '', exclusive: false, switches: [shared] }), state);
  });

  it('refuses to go over where the logs do not meet', async () => {
    const lost = history.get('lost')?.gtid ?? '';
    const { gtid = '' } = history.get('failover') ?? {};
    await assert.rejects(replayed('both', { gtid, exclusive: false, switches: [lost] }), (error) =>
      isCode(error, 'LogsDamaged', 'PointNotFound'),
    );
    await assert.rejects(replayed('both', { gtid, exclusive: false, switches: [] }), (error) => isCode(error, 'LogsDamaged'));
  });

  it('knows a transaction by its domain, and what the others had then', async () => {
    const resolve = (gtid: string, exclusive = false) =>
      callFunction({
        function: 'mariadb-restore',
        operation: 'Resolve',
        logs: join(scratch, 'alone'),
        point: { gtid, exclusive, switches: [] },
      });
    const state = history.get('domains')?.gtid ?? '';
    const last = state.split(',')[0] ?? '';
    assert.equal((await resolve(last)).point?.gtid, state);
    assert.equal((await resolve('2-1-1', true)).point?.gtid, state);
    assert.equal((await resolve(state)).point?.gtid, state);
  });

  it('refuses a statement that writes a file', async () => {
    const file = join(second.directory, 'run', 'written');
    await second.sql(
      `DELIMITER //\nCREATE FUNCTION d.writes() RETURNS INT DETERMINISTIC BEGIN SELECT 'x' INTO DUMPFILE '${file}'; RETURN 20; END//\nDELIMITER ;\nSET binlog_format=STATEMENT; INSERT INTO d.l (a) VALUES (d.writes())`,
    );
    rmSync(file);
    await archiveLogs(second, join(scratch, 'writes', '001'), { timeline: '99999999' });
    await archiveLogs(first, join(scratch, 'writes', '000'));
    const { gtid } = await stateOf(second);
    await assert.rejects(replayed('writes', { gtid, exclusive: false, switches: [shared] }), (error) => isCode(error, 'ReplayFailed'));
    assert.equal(existsSync(file), false);
  });

  it('passes over the torn end of a binlog whose server was killed', async () => {
    const held = await first.hold('SET autocommit=1; INSERT INTO d.l VALUES (9, "committed")');
    const running = first.process();
    assert.ok(running);
    process.kill(running.pid, 'SIGKILL');
    await held.close().catch(() => undefined);
    await when('it is gone', () => (first.process() === undefined ? true : undefined));
    await first.start();
    await first.sql('INSERT INTO d.l VALUES (10, "after")');
    await archiveLogs(first, join(scratch, 'killed', '001'));
    const state = await stateOf(first);
    assert.deepEqual(await replayed('killed', { gtid: state.gtid, exclusive: false, switches: [] }), state);
  });
});
