import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PreviousLog } from '../../../orders/order.ts';
import { covers, parseState } from '../../../rules/gtid/state.ts';
import { type LogIndex, parseLogIndex } from '../../../rules/log/log-index.ts';
import { makeBackupAccount } from '../testing/backup-account.ts';
import { callFunction } from '../testing/call-function.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { when } from '../testing/when.ts';

let servers: TestServer[] = [];
let count = 0;

before(async () => {
  servers = await replicating();
});
after(() => Promise.all(servers.map((server) => server.dispose())));

/** A primary and its replica. */
async function replicating(): Promise<TestServer[]> {
  const options = ['log-bin=binlog', 'log-slave-updates', 'gtid-strict-mode=1'];
  const both = await Promise.all([1, 2].map((id) => startTestServer({ tcp: true, options: [...options, `server-id=${id}`] })));
  for (const server of both) await makeBackupAccount(server);
  for (const server of both) await server.sql("RESET MASTER; SET GLOBAL gtid_slave_pos=''");
  const [primary, replica] = both;
  await primary?.sql("CREATE USER repl@'127.0.0.1' IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'");
  const port = primary?.connection({ username: '', password: '' }, 'tcp').port;
  const login = `master_host='127.0.0.1', master_port=${port}, master_user='repl', master_password='r'`;
  await replica?.sql(`CHANGE MASTER TO ${login}, master_use_gtid=slave_pos; START SLAVE`);
  return both;
}

async function archive(server: TestServer, stage: string, previous?: PreviousLog): Promise<LogIndex> {
  mkdirSync(stage, { recursive: true });
  const start = { host: 'h', links: [], ...(previous === undefined ? {} : { previous }) };
  await callFunction({
    function: 'mariadb-physical',
    operation: 'Log',
    stage,
    connection: server.connection({ username: 'stash', password: 'change-me' }),
    logStart: start,
  });
  const index = parseLogIndex(readFileSync(join(stage, 'log.index'), 'utf8'));
  assert.ok(index);
  return index;
}
const fresh = (server: TestServer) => join(server.directory, `log-${++count}`);
const gtid = async (server: TestServer) => (await server.sql('SELECT @@gtid_binlog_pos'))[0]?.[0] ?? '';
const asPrevious = ({ timeline, until, recent }: LogIndex): PreviousLog => ({ timeline, gtid: until.gtid, recent });

test('a new primary says where its log goes on from that of the old one, by the last GTID that both have', async () => {
  const [one, other] = servers;
  assert.ok(one !== undefined && other !== undefined);
  const stage = fresh(one);
  await one.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1)');
  await one.sql('INSERT INTO d.t VALUES (2)');
  const both = await gtid(one);
  await when('the replica has it', async () => ((await gtid(other)) === both ? true : undefined));
  const whole = await archive(one, stage);
  await other.sql('STOP SLAVE; RESET SLAVE ALL');
  await one.sql('INSERT INTO d.t VALUES (3)');
  const ahead = await archive(one, stage);
  await other.sql('FLUSH BINARY LOGS; INSERT INTO d.t VALUES (33)');
  const promoted = await archive(other, fresh(other), asPrevious(whole));
  assert.equal(promoted.follows, `${whole.timeline}@${both}`);
  assert.equal(promoted.until.gtid, await gtid(other));
  const lost = await archive(other, fresh(other), asPrevious(ahead));
  assert.notEqual(ahead.until.gtid, both);
  assert.equal(lost.follows, `${ahead.timeline}@${both}`, 'what only the old primary had is not part of it');
});

test('a primary that comes back after another begins a series of its own, though with a file that it had archived', async () => {
  const [one] = servers;
  assert.ok(one !== undefined);
  const before = await archive(one, fresh(one));
  const others = { timeline: 'feedbeef', gtid: before.until.gtid, recent: before.recent };
  const back = await archive(one, fresh(one), others);
  assert.equal(back.files[0]?.created, before.files[0]?.created);
  assert.notEqual(back.timeline, before.timeline);
  assert.equal((await archive(one, fresh(one), asPrevious(before))).timeline, before.timeline, 'a lost stage goes on with its own');
});

test('a new primary whose binlogs begin after the old log ended follows nothing', async () => {
  const [one, other] = servers;
  assert.ok(one !== undefined && other !== undefined);
  const stage = fresh(one);
  const old = await archive(one, stage);
  await other.sql('INSERT INTO d.t VALUES (44); FLUSH BINARY LOGS; INSERT INTO d.t VALUES (45)');
  const newest = (await other.sql('SHOW BINARY LOGS')).at(-1)?.[0];
  await other.sql(`PURGE BINARY LOGS TO '${newest}'`);
  const index = await archive(other, fresh(other), asPrevious(old));
  assert.equal(index.follows, '');
});

test('a new primary that lagged by far more than the newest marks goes on from an older one, and begins with the file that has it', async () => {
  const pair = await replicating();
  try {
    const [one, other] = pair;
    assert.ok(one !== undefined && other !== undefined);
    const stage = fresh(one);
    const now = Math.floor(Date.now() / 1000);
    /** A transaction as of so many seconds ago. */
    const insert = (ago: number) => `SET timestamp=${now - ago}; INSERT INTO d.t () VALUES ()`;
    await one.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT AUTO_INCREMENT PRIMARY KEY)');
    for (const ago of [9000, 8000, 7000, 6000, 5000, 4000]) await one.sql(insert(ago));
    const both = await gtid(one);
    await when('the replica has it', async () => ((await gtid(other)) === both ? true : undefined));
    await archive(one, stage);
    await other.sql('STOP SLAVE; RESET SLAVE ALL; FLUSH BINARY LOGS');
    for (let ago = 3000; ago > 0; ago -= 50) {
      await one.sql(insert(ago));
      if (ago % 500 === 0) await archive(one, stage);
    }
    const old = await archive(one, stage);
    await other.sql(Array.from({ length: 70 }, () => insert(0)).join('; '));
    await other.sql(`FLUSH BINARY LOGS; ${insert(0)}`);
    const promoted = await archive(other, fresh(other), asPrevious(old));
    const [timeline, state = ''] = promoted.follows?.split('@') ?? [];
    assert.equal(timeline, old.timeline);
    assert.ok(covers(parseState(both), parseState(state)), `the mark ${state} is one that both have`);
    const time = old.recent.find((mark) => mark.state === state)?.time ?? 0;
    assert.ok(now - time >= 4000 && now - time <= 4 * 4000, `it is of ${now - time} s ago, the last that both have of 4000`);
    assert.equal(promoted.files.length, 3, 'the file before the first FLUSH has it');
  } finally {
    await Promise.all(pair.map((server) => server.dispose()));
  }
});
