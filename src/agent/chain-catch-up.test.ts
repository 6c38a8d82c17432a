import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { BackupResult } from '../orders/report.ts';
import { begunChain, type ChainHost } from './testing/chain-host.ts';

const outcome = ({ operation, stored, failed }: BackupResult) => ({
  performed: operation.performed,
  stored: stored.map((one) => one.repository.name),
  failed: failed.map((one) => one.name),
});

describe('a chain in two repositories', () => {
  let host: ChainHost;
  beforeEach(async () => {
    host = await begunChain();
  });
  afterEach(() => host.dispose());
  const incremental = async (text: string) => {
    host.write(text);
    return host.result('Incremental');
  };

  it('grows while one is away, which then has everything with the next link', async () => {
    host.away('b');
    assert.deepEqual(outcome(await incremental('2')), { performed: 'Incremental', stored: ['a'], failed: ['b'] });
    assert.deepEqual(outcome(await incremental('3')), { performed: 'Incremental', stored: ['a'], failed: ['b'] });
    host.back('b');
    assert.deepEqual(outcome(await incremental('4')), { performed: 'Incremental', stored: ['a', 'b'], failed: [] });
    for (const [link, text] of Object.entries({ full: '1', 'incremental-0001': '2', 'incremental-0003': '4' }))
      assert.equal(await host.stored('b', link), text);
  });

  it('leaves one alone that is said to be unusable, also before a full, and tells what that has not', async () => {
    const error = { code: 'WrongPassword', message: 'the password does not fit', remedy: 'Correct it.' };
    const repositories = ['a', 'b'].map(host.open).map((one) => (one.name === 'b' ? { ...one, unusable: error } : one));
    host.write('2');
    const incremental = await host.result('Incremental', { repositories });
    assert.deepEqual(outcome(incremental), { performed: 'Incremental', stored: ['a'], failed: ['b'] });
    assert.deepEqual(incremental.failed[0]?.error, error);
    host.write('3');
    const full = await host.result('Full', { repositories });
    assert.deepEqual(outcome(full), { performed: 'Full', stored: ['a'], failed: ['b'] });
    assert.match(full.message ?? '', /^Repository b does not have incremental-0001 of the chain before: the password does not fit$/);
    assert.equal((await host.snapshots('b')).length, 1);
  });

  it('grows while both are away', async () => {
    for (const name of ['a', 'b']) host.away(name);
    assert.deepEqual(outcome(await incremental('2')), { performed: 'Incremental', stored: [], failed: ['a', 'b'] });
    for (const name of ['a', 'b']) host.back(name);
    assert.deepEqual(outcome(await incremental('3')), { performed: 'Incremental', stored: ['a', 'b'], failed: [] });
    assert.equal(await host.stored('a', 'incremental-0001'), '2');
  });

  it('stays the one that is gone on with where a whole new chain could not be stored', async () => {
    host.away('b');
    host.write('2');
    await host.result('Full');
    host.back('b');
    assert.deepEqual(outcome(await incremental('3')), { performed: 'Incremental', stored: ['a', 'b'], failed: [] });
    assert.deepEqual([await host.stored('b', 'full'), await host.stored('b', 'incremental-0001')], ['2', '3']);
  });

  it('is stored where links of it are missing before a full replaces it', async () => {
    host.away('b');
    await incremental('2');
    host.back('b');
    host.write('3');
    const full = await host.result('Full');
    assert.deepEqual([full.operation.reason, full.caughtUp?.map((one) => one.repository.name)], ['Requested', ['b']]);
    const tags = (await host.snapshots('b')).map(({ tags }) => tags.find((tag) => tag.startsWith('stash.link=')));
    assert.deepEqual(tags, ['stash.link=full', 'stash.link=incremental-0001', 'stash.link=full']);
    assert.equal(full.message, undefined);
  });

  it('is replaced by a full although one lacks links, which is told', async () => {
    host.away('b');
    await incremental('2');
    host.write('3');
    const full = await host.result('Full');
    assert.deepEqual(outcome(full), { performed: 'Full', stored: ['a'], failed: ['b'] });
    assert.match(full.message ?? '', /^Repository b does not have incremental-0001 of the chain before: /);
  });

  it('begins anew in both when one of them differs, and not when one is away', async () => {
    await incremental('2');
    await host.forget('b');
    host.away('b');
    assert.deepEqual(outcome(await incremental('3')), { performed: 'Incremental', stored: ['a'], failed: ['b'] });
    host.back('b');
    const result = await incremental('4');
    assert.deepEqual([result.operation.reason, outcome(result)], ['NoSnapshot', { performed: 'Full', stored: ['a', 'b'], failed: [] }]);
    assert.match(result.message ?? '', /^Repository b holds no chain/);
  });

  it('is known by its own index where the stage forgot what it stored', async () => {
    await incremental('2');
    rmSync(join(host.stage, 'state', 'stored'), { recursive: true });
    assert.deepEqual(outcome(await incremental('3')), { performed: 'Incremental', stored: ['a', 'b'], failed: [] });
  });

  it('goes before a full that has no room beside it, once every repository holds it', async () => {
    await incremental('2');
    host.tell('full-stage', '');
    host.tell('room', '10');
    host.away('b');
    const refused = await host.order('Full');
    assert.equal(refused.error?.code, 'StageFull');
    assert.match(refused.error?.message ?? '', /12 MiB are needed; the staged chain stays, since Repository b does not hold it/);
    host.back('b');
    host.write('3');
    const full = await host.result('Full');
    assert.deepEqual(outcome(full), { performed: 'Full', stored: ['a', 'b'], failed: [] });
    assert.match(
      full.message ?? '',
      /no room for two chains \(12 MiB are needed\): the old one, which every repository holds, was removed/,
    );
    host.tell('full-stage', undefined);
    assert.deepEqual(outcome(await incremental('4')), { performed: 'Incremental', stored: ['a', 'b'], failed: [] });
  });

  it('ends where the stage has no room for another incremental, instead of failing every time', async () => {
    await incremental('2');
    host.tell('full-stage', '');
    host.tell('room', '10');
    const full = await incremental('3');
    assert.deepEqual([full.operation.reason, full.fault, outcome(full).performed], ['ChainTooLong', undefined, 'Full']);
    assert.match(full.message ?? '', /^there is no room for another incremental: 12 MiB are needed; the stage has no room for two chains/);
    host.tell('full-stage', undefined);
    assert.equal(outcome(await incremental('4')).performed, 'Incremental');
  });

  it('stays where the stage is full by something else: without it there would be hardly more room', async () => {
    host.tell('full-stage', '');
    const { error } = await host.order('Full');
    assert.equal(error?.code, 'StageFull');
    host.tell('full-stage', undefined);
    assert.equal(outcome(await incremental('2')).performed, 'Incremental');
  });

  it('goes first where the last full would not fit a second time', async () => {
    host.tell('room', '0');
    host.write('2');
    const full = await host.result('Full');
    assert.match(full.message ?? '', /no room for two chains \(0 bytes can be used\): the old one, which every repository holds/);
  });

  it('is not stored beside the full that a second attempt of the same session makes', async () => {
    const tags = ['stash.operation=Full', 'stash.target=shop/AppBinding/db', 'stash.session=shop/one'];
    for (const name of ['a', 'b']) host.away(name);
    await host.result('Full', { tags });
    for (const name of ['a', 'b']) host.back(name);
    assert.equal((await host.result('Full', { tags })).caughtUp, undefined);
    assert.equal((await host.snapshots('a')).length, 2);
  });
});
