import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

const INSIDE = ['src/rules/a.ts', 'src/controllers/session/a.ts', 'src/runtime/log.ts'];
const EDGES = ['src/cli/a.ts', 'src/main/a.ts', 'src/rules/a.test.ts', 'src/engine/emulators/a.ts', 'src/runtime/clock.ts', 'scripts/a.ts'];

test('the linter refuses clock, chance and environment everywhere but at the edges', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stash-lint-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['biome.json', 'lint']) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const name of [...INSIDE, ...EDGES]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(
      join(folder, name),
      'export const found = [Date.now(), new Date(), Math.random(), process.env.A];\nexport const day = new Date(0);\n',
    );
  }
  const { stdout } = spawnSync(join(folder, 'node_modules/.bin/biome'), ['lint', '--reporter=github', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const found = [...stdout.matchAll(/file=([^,]+)/g)].map(([, name = '']) => relative(folder, name));
  assert.deepEqual([...new Set(found)].sort(), [...INSIDE].sort(), stdout);
  assert.equal(found.length, 4 * INSIDE.length, stdout);
});
