import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainJavaScript } from './plain-javascript.ts';

test('types go, every line stays where it was, and files of our own are asked for under their new names', () => {
  const text = `import type { A } from './a.ts';
import { b } from '../x/b.ts';
const c: A = await import('./c.ts');
const program = new URL('../main/d.ts', import.meta.url);
const other = 'e.ts';
`;
  assert.deepEqual(
    plainJavaScript(text)
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ').trim()),
    [
      '',
      "import { b } from '../x/b.js';",
      "const c = await import('./c.js');",
      "const program = new URL('../main/d.js', import.meta.url);",
      "const other = 'e.ts';",
      '',
    ],
  );
});
