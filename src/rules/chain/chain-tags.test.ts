import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainId, chainTags } from './chain-tags.ts';
import type { IndexLine } from './metadata-index.ts';

const line = (directory: string, time: string, position: Record<string, unknown>): IndexLine => ({
  time,
  alias: 'a',
  link: { operation: directory === 'full' ? 'Full' : 'Incremental', directory, host: 'db-0', position, manifest: 'm' },
});
const full = line('full', '2026-11-22T10:00:00.000Z', { gtid: '0-1-5' });
const next = line('incremental-0001', '2026-11-22T10:15:00.000Z', { gtid: '0-1-9, 1-2-3' });

test('a snapshot of a chain says what was done, which chain it is, and where its newest link ends', () => {
  assert.deepEqual(chainTags(['stash.operation=Full', 'stash.target=shop/X/y'], [full, next]), [
    'stash.operation=Incremental',
    'stash.target=shop/X/y',
    `stash.chain=${chainId(full)}`,
    'stash.link=incremental-0001',
    'stash.time=2026-11-22T10:15:00.000Z',
    'stash.gtid=0-1-9+1-2-3',
  ]);
});

test('a position without a GTID gives no tag of one', () => {
  const tags = chainTags([], [line('full', '2026-11-22T10:00:00.000Z', {})]);
  assert.equal(
    tags.some((tag) => tag.startsWith('stash.gtid=')),
    false,
  );
});

test('a chain keeps its name while it grows, and another full has another', () => {
  assert.match(chainId(full), /^[0-9a-f]{8}$/);
  assert.notEqual(chainId(full), chainId({ ...full, time: '2026-11-23T10:00:00.000Z' }));
});
