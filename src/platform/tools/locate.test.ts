import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { findTool, isFound } from './locate.ts';

const folder = mkdtempSync(join(tmpdir(), 'stash-locate-'));
after(() => rmSync(folder, { recursive: true }));

function program(path: string, says: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${says}"\n`);
  chmodSync(file, 0o755);
  return file;
}

const old = program('old/restic', 'restic 0.14.0 compiled with go1.19');
const fresh = program('fresh/restic', 'restic 0.19.1 compiled with go1.26');
const own = program('tools/bin/restic', 'restic 0.20.0 compiled with go1.27');
const path = (...folders: string[]) => [...folders.map((name) => join(folder, name)), '/usr/bin', '/bin'].join(':');

test('the environment goes before the tools folder, that before PATH, and what is too old is passed over', async () => {
  const cases: [Record<string, string>, string, string, string][] = [
    [{ PATH: path('old', 'fresh') }, 'none', fresh, 'PATH'],
    [{ PATH: path('fresh') }, 'tools', own, 'tools'],
    [{ PATH: path('fresh'), STASH_RESTIC: fresh }, 'tools', fresh, 'environment'],
  ];
  for (const [env, tools, expected, source] of cases) {
    const tool = await findTool('restic', { env, toolsDir: join(folder, tools) });
    assert.ok(isFound(tool));
    assert.deepEqual([tool.path, tool.source], [expected, source]);
  }
});

test('a tool that is missing or too old comes with what was found and what to do', async () => {
  const tool = await findTool('restic', { env: { PATH: join(folder, 'fresh'), STASH_RESTIC: old }, toolsDir: folder });
  assert.ok(!isFound(tool));
  assert.match(tool.missing, /old\/restic is version 0\.14\.0, 0\.19\.0 or newer is needed \(needed for all backups/);
  assert.match(tool.remedy, /make tools.*STASH_RESTIC/);
  const absent = await findTool('azurite-blob', { env: { PATH: '/nonexistent' }, toolsDir: folder });
  assert.ok(!isFound(absent));
  assert.match(absent.missing, /azurite-blob was not found \(needed for the tests of Azure storage\)/);
});
