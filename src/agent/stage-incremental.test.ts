import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isCode } from '../errors/error.ts';
import { openStage, type Stage } from './stage.ts';
import { stagedChain } from './staged-chain.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-stage-'));
after(() => rmSync(base, { recursive: true }));
const newDirectory = () => mkdtempSync(join(base, 's-'));
const line = (operation: 'Full' | 'Incremental', alias: string) => ({
  time: '2026-11-22T10:00:00.000Z',
  alias,
  link: { operation, host: 'db-0', position: { at: alias } },
});

/** A full and so many incrementals. */
async function chain(directory: string, incrementals: number): Promise<Stage> {
  const stage = await openStage(directory);
  writeFileSync(join(await stage.beginFull(), 'data'), 'full');
  await stage.completeFull(line('Full', 'full'));
  for (let count = 1; count <= incrementals; count++) await link(stage, `i${count}`);
  return stage;
}

async function link(stage: Stage, alias: string): Promise<void> {
  const { directory } = await stage.beginIncremental();
  writeFileSync(join(directory, 'data'), alias);
  await stage.completeIncremental(line('Incremental', alias));
}

/** The aliases of its links; each must be there whole, and nothing else. */
async function linksOf(directory: string): Promise<string[]> {
  const stage = await openStage(directory);
  const lines = await stage.index();
  assert.deepEqual(readdirSync(stage.chain).sort(), [...lines.map((one) => one.link.directory), 'metadata.index'].sort());
  assert.deepEqual([existsSync(join(directory, 'old')), existsSync(join(directory, 'next'))], [false, false], 'left over');
  assert.equal((await stagedChain(stage, 'db-0')).sound, true);
  for (const { alias, link } of lines) assert.equal(readFileSync(join(stage.chain, link.directory, 'data'), 'utf8'), alias);
  return lines.map(({ alias }) => alias);
}

test('incrementals follow the full, each told of the one before and of where that ended', async () => {
  const directory = newDirectory();
  const stage = await chain(directory, 2);
  const { directory: into, parent, position } = await stage.beginIncremental();
  assert.deepEqual([parent, position], [join(stage.chain, 'incremental-0002'), { at: 'i2' }]);
  assert.equal(into, join(directory, 'next', 'incremental-0003.partial'));
  await stage.dropPartial();
  assert.deepEqual(await linksOf(directory), ['full', 'i1', 'i2']);
});

test('a full ends the chain before it', async () => {
  const directory = newDirectory();
  const stage = await chain(directory, 2);
  writeFileSync(join(await stage.beginFull(), 'data'), 'again');
  await stage.completeFull(line('Full', 'again'));
  assert.deepEqual(await linksOf(directory), ['again']);
});

test('an incremental is not begun in a stage that is full, and the chain stays', async () => {
  const directory = newDirectory();
  await chain(directory, 1);
  const stage = await openStage(directory, async () => '0 MiB can be used');
  await assert.rejects(stage.beginIncremental(), (error) => isCode(error, 'StageFull'));
  assert.deepEqual(await linksOf(directory), ['full', 'i1']);
});

/** Everything that an incremental does to the names in the stage, in order; a crash may come after any of them. */
const OPERATIONS: readonly { name: string; apply: (at: (name: string) => string, done: string) => void }[] = [
  { name: 'next/ is made', apply: (at) => mkdirSync(at('next/incremental-0002.partial'), { recursive: true }) },
  { name: 'the link is written', apply: (at) => writeFileSync(at('next/incremental-0002.partial/data'), 'i2') },
  {
    name: 'the link is moved into the chain',
    apply: (at) => renameSync(at('next/incremental-0002.partial'), at('chain/incremental-0002')),
  },
  { name: 'the index is half written', apply: (at, done) => writeFileSync(at('chain/metadata.index.partial'), done.slice(0, -20)) },
  { name: 'the index is written beside the old one', apply: (at, done) => writeFileSync(at('chain/metadata.index.partial'), done) },
  { name: 'the index has the line', apply: (at) => renameSync(at('chain/metadata.index.partial'), at('chain/metadata.index')) },
  { name: 'next/ is gone', apply: (at) => rmSync(at('next'), { recursive: true }) },
];

for (const [count, last] of OPERATIONS.entries())
  test(`after a crash when ${last.name}, every line has its link and every link its line`, async () => {
    const whole = newDirectory();
    await chain(whole, 2);
    const directory = newDirectory();
    const began = await chain(directory, 1);
    const done = readFileSync(join(whole, 'chain', 'metadata.index'), 'utf8');
    for (const { apply } of OPERATIONS.slice(0, count + 1)) apply((name) => join(directory, name), done);
    const expected = count >= 5 ? ['full', 'i1', 'i2'] : ['full', 'i1'];
    assert.deepEqual(await linksOf(directory), expected);
    assert.deepEqual(await linksOf(directory), expected, 'opening twice changes nothing');
    await began.dropPartial();
    await link(began, `i${expected.length}`);
    assert.equal((await linksOf(directory)).length, expected.length + 1, 'the chain goes on');
  });

function replaceByFile(path: string): void {
  rmSync(path, { recursive: true });
  writeFileSync(path, '');
}

const damages: [string, (chain: string) => void, string, RegExp][] = [
  ['nothing is left of it', (at) => rmSync(at, { recursive: true }), 'FullMissing', /no full in the stage/],
  ['its index is gone', (at) => rmSync(join(at, 'metadata.index')), 'FullMissing', /no metadata.index/],
  ['its full is gone', (at) => rmSync(join(at, 'full'), { recursive: true }), 'FullMissing', /full\/ of the staged chain is gone/],
  ['a file of its full is cut', (at) => truncateSync(join(at, 'full', 'data'), 1), 'FullMissing', /files of full\/ .* not those/],
  ['a file of an incremental is gone', (at) => rmSync(join(at, 'incremental-0001', 'data')), 'IndexMismatch', /incremental-0001/],
  ['a file was added to a link', (at) => writeFileSync(join(at, 'incremental-0001', 'more'), ''), 'IndexMismatch', /incremental-0001/],
  ['an incremental is gone', (at) => rmSync(join(at, 'incremental-0001'), { recursive: true }), 'IndexMismatch', /incremental-0001\/ of/],
  ['its index is cut', (at) => truncateSync(join(at, 'metadata.index'), 300), 'IndexMismatch', /metadata.index/],
  ['its index is rubbish', (at) => writeFileSync(join(at, 'metadata.index'), 'rubbish\n'), 'IndexMismatch', /line 1/],
  [
    'a line stands twice',
    (at) => appendFileSync(join(at, 'metadata.index'), readFileSync(join(at, 'metadata.index'))),
    'IndexMismatch',
    /line 3/,
  ],
  ['it is a file', replaceByFile, 'FullMissing', /no metadata.index/],
];

for (const [what, damage, reason, message] of damages)
  test(`a staged chain is not taken for sound when ${what}, and a full mends it`, async () => {
    const directory = newDirectory();
    const before = await chain(directory, 1);
    damage(before.chain);
    const stage = await openStage(directory);
    const found = await stagedChain(stage, 'db-0');
    assert.equal(found.sound, false);
    assert.equal(!found.sound && found.reason, reason);
    assert.match(found.sound ? '' : found.message, message);
    writeFileSync(join(await stage.beginFull(), 'data'), 'mended');
    await stage.completeFull(line('Full', 'mended'));
    assert.deepEqual(await linksOf(directory), ['mended']);
  });

test("a stage that was copied from another host is not this one's", async () => {
  const directory = newDirectory();
  await chain(directory, 1);
  const copy = newDirectory();
  cpSync(join(directory, 'chain'), join(copy, 'chain'), { recursive: true });
  const found = await stagedChain(await openStage(copy), 'db-1');
  assert.deepEqual(found, { sound: false, empty: false, reason: 'IndexMismatch', message: 'the staged chain is of db-0, not of db-1' });
});

test('how much a chain holds is known by its links', async () => {
  const found = await stagedChain(await chain(newDirectory(), 2), 'db-0');
  assert.deepEqual(found.sound && [found.incrementals, found.fullBytes, found.incrementalBytes], [2, 4, 4]);
});
