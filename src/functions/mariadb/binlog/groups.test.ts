import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { type EventGroup, eventGroups } from './groups.ts';

describe('the event groups of a binlog', () => {
  let server: TestServer;
  let file: string;
  const all = (path: string, range?: { from?: number; to?: number }) => collected(eventGroups(path, range));

  before(async () => {
    server = await startTestServer({ options: ['log-bin=binlog', 'log-bin-compress', 'log-bin-compress-min-len=10', 'local-infile=1'] });
    file = join(server.datadir, 'binlog.000001');
    writeFileSync(join(server.directory, 'rows'), '1\n2\n3\n');
    await server.sql(`
      CREATE DATABASE d; USE d; CREATE TABLE t (i INT AUTO_INCREMENT PRIMARY KEY, v LONGTEXT) ENGINE=InnoDB;
      CREATE TABLE m (i INT AUTO_INCREMENT PRIMARY KEY, v TEXT) ENGINE=MyISAM; CREATE TABLE n (i INT) ENGINE=InnoDB;
      INSERT INTO t (v) VALUES ('a'); INSERT INTO m (v) VALUES ('a');
      SET SESSION binlog_format=STATEMENT; SET @a = 'b';
      INSERT INTO m (v) VALUES (@a); INSERT INTO m (v) VALUES (RAND()); INSERT INTO t (v) VALUES (@a);
      BEGIN; INSERT INTO t (v) VALUES ('s'); SAVEPOINT one; INSERT INTO t (v) VALUES ('gone'); INSERT INTO m (v) VALUES ('stays'); ROLLBACK TO one; COMMIT;
      BEGIN; INSERT INTO m (v) VALUES ('stays too'); INSERT INTO t (v) VALUES ('gone'); ROLLBACK;
      SET SESSION binlog_format=ROW; SET SESSION gtid_domain_id=7;
      LOAD DATA LOCAL INFILE '${join(server.directory, 'rows')}' INTO TABLE n;
      XA START 'x'; INSERT INTO t (v) VALUES ('xa'); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x';
      CREATE TABLE c AS SELECT * FROM t; INSERT INTO t (v) VALUES (REPEAT('long', 1000000)); DROP TABLE c; FLUSH BINARY LOGS`);
  });
  after(() => server?.dispose());

  it('are those that mariadb-binlog finds, with their times and places', async () => {
    const groups = await all(file);
    const told = asTheToolSays(file);
    assert.deepEqual(
      groups.map(({ gtid, position, time, ddl }) => ({ gtid, position, time, ddl })),
      told,
    );
    assert.ok(groups.length > 15 && groups.every(({ complete }) => complete));
    // What is between two groups belongs to none of them: checkpoints and the like.
    for (const [at, { end }] of groups.entries()) assert.ok(end <= (groups[at + 1]?.position ?? Number.POSITIVE_INFINITY));
    assert.equal(ends(groups), told.length, 'each ends where the next begins, but for a checkpoint');
  });

  it('are the same read piece by piece', async () => {
    const groups = await all(file);
    const pieces: EventGroup[] = [];
    let from: number | undefined;
    for (const { end } of groups) {
      pieces.push(...(await all(file, { to: end, ...(from === undefined ? {} : { from }) })));
      from = end;
    }
    assert.deepEqual(pieces, groups);
  });

  it('tell of a group that the file ends in', async () => {
    const groups = await all(file);
    const cut = join(server.directory, 'cut');
    writeFileSync(cut, readFileSync(file));
    truncateSync(cut, (groups.at(-2)?.end ?? 0) - 1);
    const found = await all(cut);
    assert.deepEqual(found.slice(0, -1), groups.slice(0, -2));
    assert.equal(found.at(-1)?.gtid, groups.at(-2)?.gtid);
    assert.equal(found.at(-1)?.complete, false);
  });
});

async function collected(groups: AsyncIterable<EventGroup>): Promise<EventGroup[]> {
  const found: EventGroup[] = [];
  for await (const group of groups) found.push(group);
  return found;
}

function ends(groups: readonly EventGroup[]): number {
  return groups.filter(({ end }, at) => at === groups.length - 1 || (groups[at + 1]?.position ?? 0) - end < 100).length;
}

function asTheToolSays(file: string) {
  const text = execFileSync('mariadb-binlog', ['--base64-output=decode-rows', file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { PATH: process.env.PATH ?? '', TZ: 'UTC' },
  });
  return [...text.matchAll(/^# at (\d+)\n#(\d{6}) +(\d+):(\d\d:\d\d) server id \d+ .*\tGTID (\d+-\d+-\d+)(.*)$/gm)].map(
    ([, at, day = '', hour = '', rest, gtid, flags]) => ({
      gtid,
      position: Number(at),
      time: Date.parse(`20${day.slice(0, 2)}-${day.slice(2, 4)}-${day.slice(4)}T${hour.padStart(2, '0')}:${rest}Z`) / 1000,
      ddl: flags?.includes('ddl') === true,
    }),
  );
}
