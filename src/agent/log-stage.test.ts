import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatLogIndex, type LogIndex } from '../rules/log/log-index.ts';
import { newMemory, openLogStage, readChain } from './log-stage.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-log-stage-'));
after(() => rmSync(base, { recursive: true }));

const file = (number: number) => ({
  ...{ file: `binlog/00000${number}`, name: `binlog.00000${number}`, serverId: 1, created: '2026-11-22T10:00:00Z' },
  ...{ from: `0-1-${number}`, to: `0-1-${number + 1}`, bytes: 4, closed: true },
});

/** A stage with a series of three files, of which memory knows that it continues the second chain since it was last cut. */
function staged(): { directory: string; state: string } {
  const directory = mkdtempSync(join(base, 's-'));
  const state = join(directory, 'state');
  mkdirSync(join(directory, 'log', 'binlog'), { recursive: true });
  mkdirSync(state);
  const files = [1, 2, 3].map(file);
  for (const one of files) writeFileSync(join(directory, 'log', one.file), 'data');
  const until = { time: '2026-11-22T11:00:00Z', gtid: '0-1-4' };
  const index: LogIndex = { host: 'h', timeline: 'feedbeef', data: '7', files, until, recent: [] };
  writeFileSync(join(directory, 'log', 'log.index'), formatLogIndex(index));
  const series = { ...newMemory('feedbeef'), continued: ['c1.0', 'c2.0'] };
  writeFileSync(join(state, 'log.json'), JSON.stringify({ series, ended: [] }));
  return { directory, state };
}
const why = { reason: 'Hole', message: 'purged', time: '2026-11-22T12:00:00Z' };

test('a series that ended is kept apart, whole, and a new one has an empty directory', async () => {
  const place = staged();
  const stage = await openLogStage(place);
  await stage.end(why);
  assert.deepEqual(readdirSync(join(place.directory, 'log')), []);
  assert.deepEqual(readdirSync(join(place.directory, 'ended', 'feedbeef', 'binlog')).length, 3);
  const again = await openLogStage(place);
  const { serverId, created, from } = file(3);
  assert.deepEqual(again.memory.break, { ...why, from: '0-1-4', last: { serverId, created, from } });
  assert.deepEqual(again.memory.ended[0]?.continued, ['c1.0', 'c2.0']);
  assert.equal((await again.endedIndex('feedbeef'))?.files.length, 3);
  await again.forget('feedbeef');
  assert.equal(existsSync(join(place.directory, 'ended', 'feedbeef')), false);
  assert.deepEqual((await openLogStage(place)).memory.ended, []);
});

test('a crash before an ended series was moved is made good', async () => {
  const place = staged();
  const stage = await openLogStage(place);
  await stage.end(why);
  // As it was when memory said so already.
  rmSync(join(place.directory, 'log'), { recursive: true });
  renameSync(join(place.directory, 'ended', 'feedbeef'), join(place.directory, 'log'));
  const again = await openLogStage(place);
  assert.equal(await again.index(), undefined);
  assert.equal((await again.endedIndex('feedbeef'))?.files.length, 3);
});

test('a series that ends under the name of one that waits already is kept apart too, under another', async () => {
  const place = staged();
  await (await openLogStage(place)).end(why);
  cpSync(join(place.directory, 'ended', 'feedbeef'), join(place.directory, 'log'), { recursive: true });
  const stage = await openLogStage(place);
  assert.equal(await stage.index(), undefined);
  const [first, second] = stage.memory.ended;
  assert.deepEqual([first?.timeline, second?.continued], ['feedbeef', ['c1.0', 'c2.0']]);
  assert.equal((await stage.endedIndex(second?.timeline ?? ''))?.timeline, second?.timeline);
  assert.notEqual(second?.timeline, 'feedbeef');
});

test('a damaged series goes, and is not stored as if it were whole', async () => {
  const place = staged();
  const stage = await openLogStage(place);
  await stage.end({ ...why, reason: 'StageDamaged' });
  assert.deepEqual([stage.memory.ended, await stage.index()], [[], undefined]);
});

test('a series whose index cannot be relied on ends, with a reason', async () => {
  const place = staged();
  const index = join(place.directory, 'log', 'log.index');
  writeFileSync(index, readFileSync(index, 'utf8').replace('binlog/000002', '../../outside'));
  const stage = await openLogStage(place);
  assert.equal(await stage.damaged(), true);
  await stage.end({ ...why, reason: 'StageDamaged' });
  assert.deepEqual([await stage.damaged(), stage.memory.series, stage.memory.break?.reason], [false, undefined, 'StageDamaged']);
});

test('a cut removes files, keeps the series, and can be cut off at any moment', async () => {
  const place = staged();
  const before = readFileSync(join(place.state, 'log.json'));
  const stage = await openLogStage(place);
  await stage.cut(2);
  assert.deepEqual(readdirSync(join(place.directory, 'log', 'binlog')), ['000003']);
  assert.equal((await stage.index())?.timeline, 'feedbeef');
  assert.deepEqual(stage.memory.series?.continued, ['c2.0']);
  // The index was written, and neither memory nor the removal of files followed.
  writeFileSync(join(place.state, 'log.json'), before);
  writeFileSync(join(place.directory, 'log', 'binlog', '000001'), 'data');
  const again = await openLogStage(place);
  assert.deepEqual(readdirSync(join(place.directory, 'log', 'binlog')), ['000003']);
  assert.deepEqual(again.memory.series?.continued, ['c1.0', 'c2.0']);
  await again.cut(0);
  assert.deepEqual(again.memory.series?.continued, ['c2.0']);
  assert.equal((await again.index())?.files.length, 1);
});

test('the chain is not missed in the moment when it is swapped', async () => {
  const place = staged();
  mkdirSync(join(place.directory, 'old'));
  const line = { time: 't', alias: 'full', link: { operation: 'Full' as const, directory: 'full', host: 'h', position: {}, manifest: '' } };
  let asked = 0;
  const stage = {
    directory: place.directory,
    chain: join(place.directory, 'chain'),
    index: async () => {
      asked += 1;
      return asked < 3 ? [] : [line];
    },
  };
  assert.deepEqual(await readChain(stage), [line]);
});
