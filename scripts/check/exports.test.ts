import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExports } from './exports.ts';

const problems = (files: Record<string, string>) =>
  checkExports(Object.entries(files).map(([name, text]) => ({ name, text }))).problems.map((one) => one.split(',')[0]?.split(' for ')[0]);

const accepted: [name: string, files: Record<string, string>][] = [
  ['a program imports', { 'src/a.ts': 'export const a = 1;', 'src/b/b.ts': "import { a } from '../a.ts';" }],
  ['the test beside it imports', { 'src/a.ts': 'export function a() {}', 'src/a.test.ts': "import { a } from './a.ts';" }],
  [
    'what helps the test beside it imports',
    {
      'src/a.ts': 'export const a = 1;',
      'src/testing/b.ts': "import { a } from '../a.ts';\nexport const b = a;",
      'src/a.test.ts': "import { b } from './testing/b.ts';",
    },
  ],
  ['somebody imports as a type', { 'src/a.ts': 'export interface A {}', 'src/b.ts': "import { b, type A } from './a.ts';" }],
  ['somebody imports under another name', { 'src/a.ts': 'export class A {}', 'src/b.ts': "import { A as B } from './a.ts';" }],
  [
    'somebody passes on',
    { 'src/a.ts': 'export type A = 1;', 'src/b.ts': "export type { A } from './a.ts';", 'src/c.ts': "import type { A } from './b.ts';" },
  ],
  [
    'somebody may use, of a whole module',
    { 'src/a.ts': 'export const a = 1;', 'src/b.ts': "export const b = import('./a.ts');", 'src/c.ts': "import * as b from './b.ts';" },
  ],
  [
    'tests of other folders import from what is only for tests',
    { 'src/testing/a.ts': 'export const a = 1;', 'src/b/b.test.ts': "import { a } from '../testing/a.ts';" },
  ],
  ['an import of several lines has', { 'src/a.ts': 'export const a = 1;', 'src/b.ts': "import {\n  a,\n} from './a.ts';" }],
];
for (const [name, files] of accepted) test(`a name may be exported that ${name}`, () => assert.deepEqual(problems(files), []));

const refused: [name: string, files: Record<string, string>][] = [
  ['nobody imports', { 'src/a.ts': '\nexport async function a() {}' }],
  ['only its own file uses', { 'src/a.ts': '\nexport const a = 1;\nconst b = a;' }],
  ['has a namesake that somebody imports', { 'src/a.ts': '\nexport const a = 1;', 'src/b.ts': "import { a } from './c.ts';" }],
  ['only a test elsewhere imports', { 'src/a.ts': '\nexport const a = 1;', 'src/b/b.test.ts': "import { a } from '../a.ts';" }],
  [
    'only what is for tests elsewhere imports',
    { 'src/a.ts': '\nexport const a = 1;', 'src/b/testing/b.ts': "import { a } from '../../a.ts';" },
  ],
  ['is passed on to nobody', { 'src/b.ts': '', 'src/a.ts': "\nexport { a } from './b.ts';" }],
];
for (const [name, files] of refused) {
  test(`a name may not be exported that ${name}`, () => assert.deepEqual(problems(files), ['src/a.ts:2: a is exported']));
}
