import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf } from './imports.ts';

const cases: [name: string, text: string, expected: [specifier: string, typeOnly: boolean][]][] = [
  ['a name', "import { a } from './a.ts';", [['./a.ts', false]]],
  ['types alone', "import type { A } from './a.ts';", [['./a.ts', true]]],
  ['a type among values', "import { type A, b } from './a.ts';", [['./a.ts', false]]],
  [
    'several lines',
    "import {\n  a,\n  b,\n} from '../b.ts';\nimport 'node:fs';",
    [
      ['../b.ts', false],
      ['node:fs', false],
    ],
  ],
  ['everything under one name', "import * as a from 'a';", [['a', false]]],
  [
    'a re-export',
    "export { a } from './a.ts';\nexport type { B } from './b.ts';",
    [
      ['./a.ts', false],
      ['./b.ts', true],
    ],
  ],
  ['an import while running', "export const load = () => import('./a.ts');", [['./a.ts', false]]],
  ['an export of a text', "export const from = 'x';\nexport type A = 'b';", []],
  ['words inside a text', '  const text = "import { a } from \'./a.ts\'";', []],
];

for (const [name, text, expected] of cases) {
  test(`imports are found: ${name}`, () => {
    assert.deepEqual(
      importsOf(text).map(({ specifier, typeOnly }) => [specifier, typeOnly]),
      expected,
    );
  });
}

test('an import is told with its line', () => {
  assert.equal(importsOf("\n\nimport a from 'a';")[0]?.line, 3);
});
