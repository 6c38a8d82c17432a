import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { changeOwner } from './directory.ts';
import { assertWhole } from './recorded-chain.ts';

describe('a fetched directory with a link in it', () => {
  let scratch: string;
  let source: string;
  let outside: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'stash-links-'));
    [source, outside] = [join(scratch, 'source'), join(scratch, 'outside')];
    mkdirSync(join(source, 'full', 'd'), { recursive: true });
    writeFileSync(join(source, 'full', 'xtrabackup_checkpoints'), 'from_lsn = 0\nto_lsn = 1\n');
    writeFileSync(outside, '');
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  it('is no whole chain', async () => {
    await assertWhole(source, [{ directory: 'full' }]);
    symlinkSync(outside, join(source, 'full', 'd', 't.ibd'));
    await assert.rejects(
      assertWhole(source, [{ directory: 'full' }]),
      (error) => isCode(error, 'ChainBroken') && /full\/d\/t\.ibd is neither/.test(error.message),
    );
  });

  it('leaves to its owner what the link leads to', { skip: process.getuid?.() !== 0 }, async () => {
    symlinkSync(outside, join(source, 'link'));
    await changeOwner(source, { uid: 12345, gid: 12345 });
    assert.deepEqual([lstatSync(join(source, 'link')).uid, statSync(outside).uid], [12345, 0]);
  });
});
