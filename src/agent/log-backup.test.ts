import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { covers, parseState } from '../rules/gtid/state.ts';
import { type LogHost, logHost } from './testing/log-host.ts';

describe('a tick of a Log alias on a host', () => {
  let host: LogHost;
  const write = () => host.server.sql("INSERT INTO d.t (v) VALUES (REPEAT('x', 1000))");

  before(async () => {
    host = await logHost(['a', 'b']);
    await host.server.sql('CREATE DATABASE d; CREATE TABLE d.t (i INT AUTO_INCREMENT PRIMARY KEY, v TEXT)');
  });
  after(() => host?.dispose());

  it('stores what is new in every repository, and nothing where nothing is new', async () => {
    await write();
    const first = await host.logged();
    assert.deepEqual(
      first.stored.map(({ repository }) => repository.name),
      ['a', 'b'],
    );
    assert.deepEqual(
      first.complete.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.equal(first.log?.gtid, await host.gtid());
    assert.equal(first.log?.continues, undefined);
    const idle = await host.logged();
    assert.deepEqual([idle.stored, idle.complete.length, idle.log?.gtid], [[], 2, first.log?.gtid]);
    assert.ok((idle.log?.until ?? '') > (first.log?.until ?? ''), 'idle, everything up to now is stored');
    const [only, ...more] = await host.stored('a');
    assert.equal(more.length, 0);
    const { continues, follows, ...span } = only?.span ?? {};
    assert.deepEqual([continues, follows], ['', '']);
    const { timeline = '', from = '', gtid = '' } = first.log ?? {};
    assert.deepEqual(span, { timeline, from, gtid, since: only?.index.files[0]?.created, until: first.log?.until });
    assert.deepEqual(only?.snapshot.paths, [join(host.stage, 'log')]);
  });

  it('catches up in a repository that was away, and says which one lacks what', async () => {
    await write();
    host.away('b');
    const without = await host.logged();
    assert.deepEqual(
      without.complete.map(({ name }) => name),
      ['a'],
    );
    assert.deepEqual(
      without.failed.map(({ name, error }) => `${name} ${error.code}`),
      ['b RepositoryMissing'],
    );
    host.back('b');
    const caught = await host.logged();
    assert.deepEqual(
      caught.stored.map(({ repository }) => repository.name),
      ['b'],
    );
    assert.equal((await host.stored('b')).at(-1)?.span.gtid, await host.gtid());
  });

  it('says which chain its logs continue, by the earliest link that ends in them', async () => {
    await host.backup('Full');
    await write();
    const after = await host.logged();
    assert.match(after.log?.continues ?? '', /^[0-9a-f]{8}\.0$/);
    await host.backup('Incremental');
    await write();
    assert.equal((await host.logged()).log?.continues, after.log?.continues);
  });

  it('after a Full stores the closing log of the old chain whole, and then cuts what was before the new one', async () => {
    const before = await host.index();
    const old = (await host.logged()).log?.continues;
    await host.server.sql('FLUSH BINARY LOGS');
    await write();
    await host.backup('Full');
    await write();
    host.away('b');
    const partly = await host.logged();
    assert.deepEqual(partly.stored.length, 2, 'the closing log, and the first of the new chain');
    assert.equal((await host.index())?.files[0]?.file, before?.files[0]?.file, 'nothing is cut as long as one repository lacks it');
    host.back('b');
    assert.equal((await host.logged({}, ['a'])).complete.length, 1, 'b may not be used now');
    assert.equal((await host.index())?.files[0]?.file, before?.files[0]?.file);
    const whole = await host.logged();
    assert.equal(whole.stored.length, 2);
    const index = await host.index();
    assert.equal(index?.files.length, 1);
    assert.deepEqual(readdirSync(join(host.stage, 'log', 'binlog')), ['000002']);
    for (const name of ['a', 'b']) {
      const stored = await host.stored(name);
      const closing = stored.filter(({ span }) => span.continues === old).at(-1);
      assert.equal(closing?.index.files[0]?.file, before?.files[0]?.file);
      const [end, begin] = [parseState(closing?.span.gtid ?? ''), parseState(whole.log?.from ?? '')];
      assert.ok(covers(end, begin), 'it reaches past where the new one begins');
      assert.equal(stored.at(-1)?.span.continues, whole.log?.continues);
      assert.notEqual(whole.log?.continues, old);
    }
    await write();
    await host.logged();
    const cut = (await host.stored('a')).at(-1);
    assert.equal(cut?.index.files.length, 1);
    assert.equal(cut?.index.timeline, closingTimeline(await host.stored('a')));
  });

  it('after a hole stores the rest of the old series, and begins another', async () => {
    await write();
    host.away('b');
    const last = await host.logged();
    await write();
    await host.server.sql('FLUSH BINARY LOGS');
    await write();
    await host.server.sql('FLUSH BINARY LOGS');
    await host.server.sql(`PURGE BINARY LOGS TO '${(await host.server.sql('SHOW BINARY LOGS')).at(-1)?.[0]}'`);
    const broken = await host.logged();
    assert.equal(broken.ended?.reason, 'Hole');
    assert.equal(broken.ended?.from, last.log?.gtid);
    assert.equal(broken.ended?.to, broken.log?.from);
    assert.notEqual(broken.log?.timeline, last.log?.timeline);
    assert.equal(broken.log?.continues, undefined, 'no link ends in it');
    assert.deepEqual(readdirSync(join(host.stage, 'ended')), [last.log?.timeline]);
    host.back('b');
    const caught = await host.logged();
    assert.equal(caught.stored.length, 2, 'the end of the old series, and the new one');
    assert.deepEqual(readdirSync(join(host.stage, 'ended')), []);
    const [old, fresh] = (await host.stored('b')).slice(-2);
    assert.deepEqual([old?.span.timeline, old?.span.gtid], [last.log?.timeline, last.log?.gtid]);
    assert.deepEqual([fresh?.span.timeline, fresh?.span.gtid], [broken.log?.timeline, await host.gtid()]);
    await host.backup('Incremental');
    assert.match((await host.logged()).log?.continues ?? '', /^[0-9a-f]{8}\.\d$/, 'from the first link that ends in it');
  });

  it('goes on from its own series after the stage was lost', async () => {
    await write();
    const before = await host.logged();
    await write();
    const { timeline = '', gtid = '', recent = [] } = before.log ?? {};
    await host.server.sql('FLUSH BINARY LOGS');
    await write();
    rmSync(host.stage, { recursive: true });
    const again = await host.logged({ previous: { timeline, gtid, recent } });
    assert.equal(again.log?.gtid, await host.gtid());
    assert.ok(again.log?.timeline === timeline || again.log?.follows?.startsWith(`${timeline}@`));
  });

  it('archives nothing on a replica, and stores what it still had', async () => {
    await write();
    host.away('b');
    const last = await host.logged();
    host.back('b');
    await host.server.sql("CHANGE MASTER TO master_host='nowhere', master_user='x'");
    const replica = await host.logged();
    assert.equal(replica.role, 'Replica');
    assert.equal(replica.log, undefined);
    assert.deepEqual(
      replica.stored.map(({ repository }) => repository.name),
      ['b'],
    );
    assert.equal((await host.stored('b')).at(-1)?.span.gtid, last.log?.gtid);
    assert.deepEqual((await host.logged()).stored, []);
    await host.server.sql('RESET SLAVE ALL');
    const { timeline = '', gtid = '', recent = [] } = last.log ?? {};
    await write();
    const primary = await host.logged({ previous: { timeline, gtid, recent } });
    assert.equal(primary.log?.gtid, await host.gtid());
    assert.equal(primary.log?.follows, `${timeline}@${gtid}`);
    assert.notEqual(primary.log?.timeline, timeline);
  });

  it('goes on over a second failover and failback while a repository is away', async () => {
    host.away('b');
    for (let count = 0; count < 2; count++) {
      await write();
      const { timeline = '', gtid = '', recent = [] } = (await host.logged()).log ?? {};
      await host.server.sql("CHANGE MASTER TO master_host='nowhere', master_user='x'");
      assert.equal((await host.logged()).role, 'Replica');
      await host.server.sql('RESET SLAVE ALL');
      await write();
      assert.equal((await host.logged({ previous: { timeline, gtid, recent } })).log?.gtid, await host.gtid());
    }
    assert.equal(readdirSync(join(host.stage, 'ended')).length, 2);
    host.back('b');
    assert.equal((await host.logged()).complete.length, 2);
    assert.deepEqual(readdirSync(join(host.stage, 'ended')), []);
  });

  it('begins behind a file that is missing among those of the server', async () => {
    await host.logged();
    await host.backup('Full');
    for (let count = 0; count < 2; count++) {
      await host.server.sql('FLUSH BINARY LOGS');
      await write();
    }
    const names = (await host.server.sql('SHOW BINARY LOGS')).map(([name]) => name ?? '');
    await host.server.stop();
    const list = join(host.server.datadir, 'binlog.index');
    writeFileSync(
      list,
      readFileSync(list, 'utf8')
        .split('\n')
        .filter((line) => !line.endsWith(names.at(-2) ?? ''))
        .join('\n'),
    );
    await host.server.start();
    const again = await host.logged();
    assert.equal(again.ended?.reason, 'Hole');
    assert.equal(again.log?.gtid, await host.gtid());
    assert.equal((await host.logged()).log?.timeline, again.log?.timeline);
  });
});

function closingTimeline(stored: Awaited<ReturnType<LogHost['stored']>>): string | undefined {
  return stored[0]?.span.timeline;
}
