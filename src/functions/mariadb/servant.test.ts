import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { FunctionContext } from '../function.ts';
import { servantFor } from './servant.ts';

const OWNER = { uid: 12345, gid: 12346 };
const isRoot = process.getuid?.() === 0;

describe('the programs of a replay', () => {
  const lines: string[] = [];
  const context = { scratch: '/scratch', log: (line: string) => lines.push(line) } as unknown as FunctionContext;

  it('run as the owner of the data directory', { skip: !isRoot }, async () => {
    const { enter, enterSearching, owner, options } = await servantFor(context, OWNER);
    assert.deepEqual([owner, options], [OWNER, []]);
    const directory = mkdtempSync(join(tmpdir(), 'stash-servant-'));
    try {
      const file = join(directory, 'file');
      writeFileSync(file, 'readable');
      chmodSync(directory, 0o700);
      const as = ([command = '', ...before]: string[], ...rest: string[]) =>
        execFileSync(command, [...before, ...rest], { encoding: 'utf8', stdio: 'pipe' });
      assert.equal(as(enter, 'sh', '-c', 'id -u; id -g; id -G'), '12345\n12346\n12346\n');
      assert.throws(() => as(enter, 'cat', file), /Permission denied/);
      assert.equal(as(enterSearching, 'cat', file), 'readable');
      as(enterSearching, process.execPath, '-e', `fs.accessSync('${file}')`);
      assert.throws(() => as(enterSearching, 'touch', join(directory, 'new')), /Permission denied/);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('stay root where root owns it, and the log says so', { skip: !isRoot }, async () => {
    assert.deepEqual(await servantFor(context, { uid: 0, gid: 0 }), { enter: [], enterSearching: [], options: ['--user=root'] });
    assert.match(lines.at(-1) ?? '', /runs as root: root owns the data directory/);
  });
});
