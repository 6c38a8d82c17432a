import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { BackupResult } from '../orders/report.ts';
import { type ChainHost, chainHost } from './testing/chain-host.ts';

const performed = ({ operation }: BackupResult) => [operation.performed, operation.reason];

describe('the chain of a host', () => {
  let host: ChainHost;
  beforeEach(async () => {
    host = await chainHost();
  });
  afterEach(() => host.dispose());

  const links = () => readdirSync(join(host.stage, 'chain')).filter((name) => name !== 'metadata.index');
  /** A full and one incremental. */
  const begun = async () => {
    host.write('1');
    await host.result('Full');
    host.write('2');
    assert.deepEqual(performed(await host.result('Incremental')), ['Incremental', 'Requested']);
  };

  it('begins with a full, and goes on by incrementals that are stored with all before them', async () => {
    host.write('1');
    const first = await host.result('Incremental');
    assert.deepEqual([...performed(first), first.fault], ['Full', 'NoSnapshot', undefined]);
    assert.equal(first.message, 'there is no chain of db-0 yet');
    for (const text of ['2', '3']) {
      host.write(text);
      const result = await host.result('Incremental');
      assert.deepEqual([...performed(result), result.message], ['Incremental', 'Requested', undefined]);
      assert.deepEqual(result.position, { gtid: `0-1-${text}` });
    }
    for (const [link, text] of Object.entries({ full: '1', 'incremental-0001': '2', 'incremental-0002': '3' }))
      assert.equal(await host.stored('a', link), text);
    const tags = (await host.snapshots('a')).map((one) => one.tags.filter((tag) => /^stash\.(operation|link|gtid)=/.test(tag)));
    assert.deepEqual(tags, [
      ['stash.operation=Full', 'stash.link=full', 'stash.gtid=0-1-1'],
      ['stash.operation=Incremental', 'stash.link=incremental-0001', 'stash.gtid=0-1-2'],
      ['stash.operation=Incremental', 'stash.link=incremental-0002', 'stash.gtid=0-1-3'],
    ]);
    const chains = (await host.snapshots('a')).map((one) => one.tags.find((tag) => tag.startsWith('stash.chain=')));
    assert.equal(new Set(chains).size, 1);
  });

  it('is ended by the operator, or by its length', async () => {
    await begun();
    const limits = { maxIncrementals: 1, maxRatio: 100, onLostStage: 'Full' as const };
    const long = await host.result('Incremental', { chain: limits });
    assert.deepEqual([...performed(long), long.fault], ['Full', 'ChainTooLong', undefined]);
    const force = { reason: 'VerificationFailed', message: 'the test of Monday found other checksums' };
    const forced = await host.result('Incremental', { chain: { ...limits, force } });
    assert.deepEqual([...performed(forced), forced.message, forced.fault], ['Full', 'VerificationFailed', force.message, true]);
  });

  it('is begun anew in the same order where the function cannot go on with it', async () => {
    await begun();
    host.tell('need-full', 'LineageChanged');
    host.tell('evidence', 'the inode of ibdata1 is 12, it was 11');
    const result = await host.result('Incremental');
    assert.deepEqual(
      [...performed(result), result.message, result.fault],
      ['Full', 'LineageChanged', 'the inode of ibdata1 is 12, it was 11', true],
    );
    assert.deepEqual(links(), ['full']);
    host.tell('need-full', 'Whatever');
    const { error } = await host.order('Incremental');
    assert.deepEqual([error?.code, /"Whatever", which is none of LineageChanged/.test(error?.message ?? '')], ['FunctionFailed', true]);
  });

  it('stays usable when a full fails, and goes on with it', async () => {
    await begun();
    host.tell('fail', 'the disk is gone');
    const { error } = await host.order('Full');
    assert.match(error?.message ?? '', /the disk is gone/);
    host.tell('fail', undefined);
    host.write('3');
    assert.deepEqual(performed(await host.result('Incremental')), ['Incremental', 'Requested']);
    assert.equal(await host.stored('a', 'incremental-0002'), '3');
  });

  it('says of a forced full that fails why it was one', async () => {
    await begun();
    rmSync(join(host.stage, 'chain'), { recursive: true });
    host.tell('fail', 'the disk is gone');
    const { error } = await host.order('Incremental');
    assert.match(
      error?.message ?? '',
      /the disk is gone \(it was a full instead of an incremental: FullMissing, there is no full in the stage/,
    );
  });

  const damages: [string, (chain: string) => void, string][] = [
    ['was lost', (chain) => rmSync(chain, { recursive: true }), 'FullMissing'],
    ['was cut', (chain) => truncateSync(join(chain, 'full', 'data')), 'FullMissing'],
    ['lost a link', (chain) => rmSync(join(chain, 'incremental-0001'), { recursive: true }), 'IndexMismatch'],
    ['has an index of rubbish', (chain) => writeFileSync(join(chain, 'metadata.index'), 'rubbish'), 'IndexMismatch'],
  ];
  for (const [what, damage, reason] of damages)
    it(`begins anew when the stage ${what}, and goes on from there`, async () => {
      await begun();
      damage(join(host.stage, 'chain'));
      const result = await host.result('Incremental');
      assert.deepEqual([...performed(result), result.fault], ['Full', reason, true]);
      assert.deepEqual(performed(await host.result('Incremental')), ['Incremental', 'Requested']);
    });

  it('begins anew when the stage is an older one than what is stored', async () => {
    await begun();
    cpSync(host.stage, `${host.stage}.older`, { recursive: true });
    host.write('3');
    await host.result('Incremental');
    rmSync(host.stage, { recursive: true });
    cpSync(`${host.stage}.older`, host.stage, { recursive: true });
    assert.deepEqual(performed(await host.result('Incremental')), ['Full', 'IndexMismatch']);
  });

  it('drops a link that was moved in when the agent was killed, and has no line yet', async () => {
    await begun();
    mkdirSync(join(host.stage, 'chain', 'incremental-0002'));
    writeFileSync(join(host.stage, 'chain', 'incremental-0002', 'data'), 'killed');
    host.write('3');
    assert.deepEqual(performed(await host.result('Incremental')), ['Incremental', 'Requested']);
    assert.equal(await host.stored('a', 'incremental-0002'), '3');
  });

  it('begins anew when its snapshots are gone', async () => {
    await begun();
    await host.forget('a');
    const result = await host.result('Incremental');
    assert.deepEqual([...performed(result), result.fault], ['Full', 'NoSnapshot', true]);
    assert.match(result.message ?? '', /Repository a holds no chain of db-0 any more/);
  });

  it('begins anew on the host that has become the primary, and again on the one that was it before', async () => {
    await begun();
    host.tell('role', 'Primary');
    assert.deepEqual(performed(await host.result('Incremental', { onlyPrimary: true })), ['Incremental', 'Requested']);
    cpSync(host.stage, `${host.stage}.db-0`, { recursive: true });
    rmSync(host.stage, { recursive: true });
    const other = await host.result('Incremental', { onlyPrimary: true, host: 'db-1' });
    assert.deepEqual([...performed(other), other.fault], ['Full', 'PrimaryChanged', undefined]);
    rmSync(host.stage, { recursive: true });
    cpSync(`${host.stage}.db-0`, host.stage, { recursive: true });
    const again = await host.result('Incremental', { onlyPrimary: true });
    assert.deepEqual(performed(again), ['Full', 'PrimaryChanged']);
    assert.match(again.message ?? '', /is of db-1, not of db-0/);
  });

  it('keeps nothing of a host that is no longer the primary in the end', async () => {
    await begun();
    host.tell('role', 'Replica');
    for (const operation of ['Incremental', 'Full'] as const) {
      const { error } = await host.order(operation, { onlyPrimary: true });
      assert.equal(error?.code, 'RoleChanged');
      assert.match(error?.message ?? '', /read_only/);
      assert.deepEqual(links(), ['full', 'incremental-0001']);
    }
    assert.equal((await host.snapshots('a')).length, 2);
    assert.equal(existsSync(join(host.stage, 'next')), false);
  });
});
