import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { assertReadable, newestCheckpoint } from './same-server.ts';

const NOBODY = 65534;

function log(first: bigint, second: bigint, magic = 'Phys'): Buffer {
  const header = Buffer.alloc(16 * 1024);
  header.write(magic, 'latin1');
  header.writeBigUInt64BE(first, 4096);
  header.writeBigUInt64BE(second, 8192);
  return header;
}

describe('the log of a server', () => {
  it('tells its newest checkpoint, whichever of the two blocks holds it', () => {
    assert.equal(newestCheckpoint(log(44_254n, 44_404n)), 44_404n);
    assert.equal(newestCheckpoint(log(2n ** 40n, 44_404n)), 2n ** 40n);
  });

  it('tells nothing when it is of another format, or cut', () => {
    assert.equal(newestCheckpoint(log(1n, 2n, 'EncP')), undefined);
    assert.equal(newestCheckpoint(log(1n, 2n).subarray(0, 8199)), undefined);
  });
});

describe('a data directory', () => {
  it('that this user may not read is refused with its owner named', {
    skip: process.getuid?.() !== 0 && 'needs root to become another user',
  }, async () => {
    const parent = mkdtempSync(join(tmpdir(), 'stash-unreadable-'));
    const datadir = join(parent, 'data');
    mkdirSync(datadir, { mode: 0o700 });
    chmodSync(parent, 0o755);
    writeFileSync(join(datadir, 'ibdata1'), '');
    process.setegid?.(NOBODY);
    process.seteuid?.(NOBODY);
    try {
      await assert.rejects(
        assertReadable(datadir, 'here'),
        (error) => isCode(error, 'DataUnreadable') && /belongs to uid 0/.test(error.message),
      );
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
      rmSync(parent, { recursive: true });
    }
  });
});
