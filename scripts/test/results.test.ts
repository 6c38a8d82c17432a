import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, test } from 'node:test';
import { longestFirst } from './order.ts';
import { reportOf } from './report.ts';
import { collector, emptyResults, type Results } from './results.ts';
import { selectFiles } from './select-files.ts';

const SUITE = `import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
export function suite() {
  describe('outer', () => {
    test('good', () => {});
    test('bad', () => { console.log('what it printed'); assert.equal(1, 2); });
    test('left out', { skip: 'install it' }, () => {});
  });
  describe('needs a server', { skip: 'make tools' }, () => { test('inside', () => {}); });
}
`;

test('tests are counted, failures carry their file and path, skips their reason, and a file that breaks is a failure', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stash-runner-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const results = await resultsOf(folder, {
    'suite.mjs': SUITE,
    'a.test.mjs': "import { suite } from './suite.mjs';\nsuite();\n",
    'b.test.mjs': "throw new Error('broken while loading');\n",
  });
  assert.equal(results.passed, 1);
  assert.deepEqual(
    results.failures.map(({ file, place, path }) => ({ file, place, path })),
    [
      { file: join(folder, 'a.test.mjs'), place: `${join(folder, 'suite.mjs')}:6`, path: ['outer', 'bad'] },
      { file: join(folder, 'b.test.mjs'), place: `${join(folder, 'b.test.mjs')}:1`, path: [join(folder, 'b.test.mjs')] },
    ],
  );
  assert.deepEqual(
    results.skips.map(({ path, reason }) => [path.join(' > '), reason]),
    [
      ['outer > left out', 'install it'],
      ['needs a server', 'make tools'],
    ],
  );
  const report = reportOf(results, false);
  for (const part of ['outer > bad', 'what it printed', 'broken while loading', 'needs a server: make tools'])
    assert.ok(report.includes(part), part);
  assert.equal(report.split('\n').at(-1), '1 passed, 2 failed, 2 skipped');
});

async function resultsOf(folder: string, files: Record<string, string>): Promise<Results> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const tests = Object.keys(files).filter((name) => name.includes('.test.'));
  // Inside a test the runner believes it is a child and runs nothing, unless this is unset.
  const context = process.env.NODE_TEST_CONTEXT;
  delete process.env.NODE_TEST_CONTEXT;
  const results = emptyResults();
  const collect = collector(results);
  for await (const event of run({ cwd: folder, files: tests.map((name) => join(folder, name)), concurrency: 1 })) collect(event);
  if (context !== undefined) process.env.NODE_TEST_CONTEXT = context;
  return results;
}

test('arguments select by folder, by file, by the source that is tested, and by a part of the name', () => {
  const files = ['src/store/a.ts', 'src/store/a.test.ts', 'src/stores.test.ts', 'scripts/x.test.ts', 'docs/y.test.ts'];
  assert.deepEqual(selectFiles(files, []), ['src/store/a.test.ts', 'src/stores.test.ts', 'scripts/x.test.ts']);
  assert.deepEqual(selectFiles(files, ['./src/store/']), ['src/store/a.test.ts']);
  assert.deepEqual(selectFiles(files, ['src/store/a.ts', 'scripts/x.test.ts']), ['src/store/a.test.ts', 'scripts/x.test.ts']);
  assert.deepEqual(selectFiles(files, ['store']), ['src/store/a.test.ts', 'src/stores.test.ts']);
  assert.deepEqual(selectFiles(files, ['nothing']), []);
});

test('files run longest first, by what they took last time, else by what they start', () => {
  const files = [
    { name: 'pure', text: '' },
    { name: 'server', text: 'findTool' },
    { name: 'known', text: '' },
  ];
  assert.deepEqual(longestFirst(files, { known: 90_000 }), ['known', 'server', 'pure']);
});
