import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { isCode } from '../errors/error.ts';
import { formatIndex } from '../rules/chain/metadata-index.ts';
import { openStage } from './stage.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-stage-'));
after(() => rmSync(base, { recursive: true }));
const newDirectory = () => mkdtempSync(join(base, 's-'));
const line = (alias: string) => ({
  time: '2026-11-22T10:00:00.000Z',
  alias,
  link: { operation: 'Full' as const, host: 'host-0', position: {} },
});

async function full(directory: string, content: string): Promise<void> {
  const stage = await openStage(directory);
  const into = await stage.beginFull();
  writeFileSync(join(into, 'data'), content);
  await stage.completeFull(line(content));
}

/** What is in the chain: its index and its data must be of the same full. */
async function chainOf(directory: string): Promise<string | undefined> {
  const stage = await openStage(directory);
  const index = await stage.index();
  assert.deepEqual([existsSync(join(directory, 'old')), existsSync(join(directory, 'next'))], [false, false], 'left over');
  if (index.length === 0) {
    assert.equal(existsSync(stage.chain), false, 'a chain without an index');
    return undefined;
  }
  const content = readFileSync(join(stage.chain, 'full', 'data'), 'utf8');
  assert.equal(index[0]?.alias, content);
  return content;
}

test('a full that is complete is the chain, with its line in the index', async () => {
  const directory = newDirectory();
  assert.equal(await chainOf(directory), undefined);
  await full(directory, 'first');
  assert.equal(await chainOf(directory), 'first');
  await full(directory, 'second');
  assert.equal(await chainOf(directory), 'second');
});

test('the manifest in the index tells two fulls of different files apart, and is the same for the same files', async () => {
  const manifests: (string | undefined)[] = [];
  for (const content of ['same', 'same', 'longer']) {
    const directory = newDirectory();
    await full(directory, content);
    manifests.push((await (await openStage(directory)).index())[0]?.link.manifest);
  }
  assert.equal(manifests[0], manifests[1]);
  assert.notEqual(manifests[0], manifests[2]);
});

test('what functions of a killed run left beside the chain is gone when the stage is opened again, the journal is not', async () => {
  const { state } = await openStage(newDirectory());
  for (const name of ['run/order', 'orders']) {
    mkdirSync(join(state, name), { recursive: true });
    writeFileSync(join(state, name, 'client.cnf'), 'password');
  }
  await openStage(dirname(state));
  assert.deepEqual([existsSync(join(state, 'run')), existsSync(join(state, 'orders', 'client.cnf'))], [false, true]);
});

test('a full that was given up leaves the chain as it was', async () => {
  const directory = newDirectory();
  await full(directory, 'first');
  const stage = await openStage(directory);
  writeFileSync(join(await stage.beginFull(), 'data'), 'half');
  await stage.dropPartial();
  assert.equal(await chainOf(directory), 'first');
});

test('a swap that failed half-way is put back when the full is given up', async () => {
  const directory = newDirectory();
  await full(directory, 'first');
  const stage = await openStage(directory);
  await stage.beginFull();
  renameSync(stage.chain, join(directory, 'old'));
  await stage.dropPartial();
  assert.equal((await stage.index())[0]?.alias, 'first');
});

test('a full is not begun on a file system that is full, and the chain stays', async () => {
  const directory = newDirectory();
  await full(directory, 'first');
  const stage = await openStage(directory, async () => '0 MiB can be used');
  await assert.rejects(stage.beginFull(), (error) => isCode(error, 'StageFull') && error.message.endsWith('is full: 0 MiB can be used'));
  assert.equal(await chainOf(directory), 'first');
});

test('a stage that cannot be made says which', async () => {
  const file = join(newDirectory(), 'file');
  writeFileSync(file, '');
  await assert.rejects(openStage(join(file, 'stage')), (error) => isCode(error, 'StageUnusable') && error.message.includes(file));
});

/** Everything that a full does to the names in the stage, in order; a crash may come after any of them. */
const OPERATIONS: readonly { name: string; apply: (at: (name: string) => string) => void }[] = [
  { name: 'next/ is emptied', apply: (at) => rmSync(at('next'), { recursive: true, force: true }) },
  { name: 'next/full.partial is made', apply: (at) => mkdirSync(at('next/full.partial'), { recursive: true }) },
  { name: 'the full is written', apply: (at) => writeFileSync(at('next/full.partial/data'), 'new') },
  { name: 'the full is sealed', apply: (at) => renameSync(at('next/full.partial'), at('next/full')) },
  { name: 'the index is half written', apply: (at) => writeFileSync(at('next/metadata.index.partial'), '2026') },
  {
    name: 'the index is there',
    apply: (at) => {
      const sealed = { ...line('new'), link: { ...line('new').link, directory: 'full', manifest: 'x' } };
      writeFileSync(at('next/metadata.index.partial'), formatIndex([sealed]));
      renameSync(at('next/metadata.index.partial'), at('next/metadata.index'));
    },
  },
  { name: 'the old chain is put aside', apply: (at) => existsSync(at('chain')) && renameSync(at('chain'), at('old')) },
  { name: 'the new chain is in place', apply: (at) => renameSync(at('next'), at('chain')) },
  { name: 'the old chain is half removed', apply: (at) => rmSync(at('old/full'), { recursive: true, force: true }) },
];

for (const before of ['old', undefined]) {
  for (const [count, last] of OPERATIONS.entries()) {
    test(`after a crash when ${last.name}, ${before === undefined ? 'without' : 'with'} a chain before, the chain is whole`, async () => {
      const directory = newDirectory();
      if (before !== undefined) await full(directory, before);
      for (const operation of OPERATIONS.slice(0, count + 1)) operation.apply((name) => join(directory, name));
      const swapped = OPERATIONS.findIndex(({ name }) => name === 'the old chain is put aside');
      const inPlace = before === undefined ? swapped + 1 : swapped;
      assert.equal(await chainOf(directory), count >= inPlace ? 'new' : before);
      assert.equal(await chainOf(directory), count >= inPlace ? 'new' : before, 'opening twice changes nothing');
    });
  }
}
