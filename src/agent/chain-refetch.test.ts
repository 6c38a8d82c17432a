import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { BackupResult } from '../orders/report.ts';
import { begunChain, type ChainHost } from './testing/chain-host.ts';

const performed = ({ operation }: BackupResult) => [operation.performed, operation.reason];
const chain = { maxIncrementals: 96, maxRatio: 100, onLostStage: 'Refetch' as const };

describe('a chain that is fetched when its stage is lost', () => {
  let host: ChainHost;
  beforeEach(async () => {
    host = await begunChain();
  });
  afterEach(() => host.dispose());
  const incremental = (text: string, more = {}) => {
    host.write(text);
    return host.result('Incremental', { chain, ...more });
  };

  it('goes on, whether the stage is gone or a part of it', async () => {
    await incremental('2');
    rmSync(host.stage, { recursive: true });
    const gone = await incremental('3');
    assert.deepEqual(performed(gone), ['Incremental', 'Requested']);
    assert.match(gone.message ?? '', /no full in the stage .*: it was fetched from Repository [ab], snapshot [0-9a-f]{8}$/);
    rmSync(join(host.stage, 'chain', 'incremental-0001', 'data'));
    assert.deepEqual(performed(await incremental('4')), ['Incremental', 'Requested']);
    for (const [link, text] of Object.entries({ full: '1', 'incremental-0001': '2', 'incremental-0002': '3', 'incremental-0003': '4' }))
      assert.equal(await host.stored('b', link), text);
    assert.equal((await incremental('5')).message, undefined);
  });

  it('is taken from the repository that has most of it', async () => {
    host.away('a');
    await incremental('2');
    host.back('a');
    rmSync(host.stage, { recursive: true });
    const result = await incremental('3');
    assert.match(result.message ?? '', /fetched from Repository b/);
    assert.equal(await host.stored('a', 'incremental-0001'), '2');
  });

  it('begins anew where it cannot be fetched', async () => {
    rmSync(host.stage, { recursive: true });
    for (const name of ['a', 'b']) host.away(name);
    const result = await incremental('2');
    assert.deepEqual(performed(result), ['Full', 'FullMissing']);
    assert.match(result.message ?? '', /no repository that answers holds a chain to fetch/);
    assert.equal(existsSync(join(host.stage, 'next')), false);
  });

  it('is not fetched for a host that has become the primary, nor against what the function finds', async () => {
    rmSync(host.stage, { recursive: true });
    host.tell('role', 'Primary');
    const other = await incremental('2', { onlyPrimary: true, host: 'db-1' });
    assert.deepEqual([...performed(other), other.message?.includes('fetched')], ['Full', 'PrimaryChanged', false]);
    rmSync(host.stage, { recursive: true });
    host.tell('need-full', 'LineageUnproven');
    host.tell('evidence', 'log_bin is off');
    assert.deepEqual(performed(await incremental('3', { host: 'db-1' })), ['Full', 'LineageUnproven']);
  });
});
