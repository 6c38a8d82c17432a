import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkDirectory } from './check-directory.ts';

const home = mkdtempSync(join(tmpdir(), 'stash-volume-'));
after(() => rmSync(home, { recursive: true, force: true }));
chmodSync(home, 0o755);
const isRoot = process.getuid?.() === 0;

function directory(name: string, mode: number): string {
  const path = join(home, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

/** As the program of the image does, by a user without rights. */
function checkedByNobody(path: string): { exitCode: number | null; said: string } {
  const program = join(import.meta.dirname, '../../../main/check-volume.ts');
  const ran = spawnSync(process.execPath, ['--no-warnings', program, path], { uid: 65532, gid: 65532, encoding: 'utf8' });
  return { exitCode: ran.status, said: ran.stderr.trim() };
}

test('a directory that may be written is fine, with a repository in it or without', () => {
  const path = directory('fine', 0o700);
  const me = { uid: 0, gid: 0, groups: [] };
  assert.equal(checkDirectory(path, me), undefined);
  mkdirSync(join(path, 'data'));
  writeFileSync(join(path, 'config'), '');
  assert.equal(checkDirectory(path, me), undefined);
  assert.match(checkDirectory(join(path, 'absent'), me) ?? '', /^the volume cannot be used: ENOENT$/);
});

test('one that may not be written names its owner and the value to set', { skip: isRoot ? false : 'needs root' }, () => {
  const { exitCode, said } = checkedByNobody(directory('others', 0o755));
  assert.equal(exitCode, 1);
  assert.match(said, /^the volume belongs to user 0 and group 0 with mode 755, and the server runs as user 65532 and group 65532/);
  assert.match(said, /Give it to user 65532, or set localBackend\.securityContext\.runAsUser of the chart to 0$/);
});

test('a repository in it that others wrote is found by its parts', { skip: isRoot ? false : 'needs root' }, () => {
  const path = directory('adopted', 0o777);
  assert.deepEqual(checkedByNobody(path), { exitCode: 0, said: '' });
  mkdirSync(join(path, 'snapshots'));
  chmodSync(join(path, 'snapshots'), 0o700);
  assert.match(checkedByNobody(path).said, /^snapshots on the volume belongs to user 0/);
});
