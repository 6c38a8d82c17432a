import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from './trace.ts';

const texts: Record<string, string> = {
  'src/main/a.ts':
    "import { b } from '../b.ts';\nimport type { T } from '../types-of-b.ts';\nimport { readFile } from 'node:fs/promises';\nb();\n",
  'src/b.ts': "import { hono } from 'hono/tiny';\nexport const b = async () => (await import('./c/late.ts')).late;\n",
  'src/c/late.ts': "import '@scope/name/sub';\nexport { a } from '../main/a.ts';\n",
};

test('what a program loads is followed over circles and late imports, and not into types', () => {
  const { files, packages } = trace(['src/main/a.ts'], (file) => texts[file] ?? assert.fail(`${file} is not loaded`));
  assert.deepEqual([...files].toSorted(), ['src/b.ts', 'src/c/late.ts', 'src/main/a.ts']);
  assert.deepEqual([...packages].toSorted(), ['@scope/name', 'hono']);
});
