import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAYERS } from './layer-table.ts';
import { checkLayers } from './layers.ts';

const layers = {
  api: { uses: [], reason: 'it is the base' },
  rules: { uses: ['api'], knows: ['engine/engine.ts'], node: ['node:crypto'], reason: 'rules are pure' },
  engine: { uses: [], reason: 'it moves data' },
};

const problems = (name: string, text: string) => checkLayers([{ name, text }], layers).problems;

const allowed: [name: string, file: string, text: string][] = [
  ['its own folder', 'src/rules/schedule/a.ts', "import { b } from '../b.ts';"],
  ['a folder it uses', 'src/rules/a.ts', "import { b } from '../api/b.ts';"],
  ['types of a file it knows', 'src/rules/a.ts', "import type { Engine } from '../engine/engine.ts';"],
  ['a package', 'src/rules/a.ts', "import { x } from 'x';"],
  ['a module of Node that is named', 'src/rules/a.ts', "import { hash } from 'node:crypto';"],
  ['a file outside src', 'src/rules/a.ts', "import x from '../../package.json' with { type: 'json' };"],
  ['anything, from a test', 'src/rules/a.test.ts', "import { run } from '../engine/run.ts';"],
  ['anything, from what only tests use', 'src/rules/testing/a.ts', "import { run } from '../../engine/run.ts';"],
];
for (const [name, file, text] of allowed) {
  test(`a layer may import ${name}`, () => assert.deepEqual(problems(file, text), []));
}

const refused: [name: string, text: string, problem: string][] = [
  [
    'a folder it does not use',
    "\nimport { run } from '../engine/run.ts';",
    'src/rules/a.ts:2: src/rules may not import src/engine/run.ts: rules are pure',
  ],
  [
    'values of a file it only knows',
    "import { engine } from '../engine/engine.ts';",
    'src/rules/a.ts:1: src/rules may import only types from src/engine/engine.ts ("import type"): rules are pure',
  ],
  [
    'a module of Node that is not named',
    "import { readFileSync } from 'node:fs';",
    'src/rules/a.ts:1: src/rules may not import node:fs: rules are pure',
  ],
  [
    'what is refused, while running',
    "await import('../engine/run.ts');",
    'src/rules/a.ts:1: src/rules may not import src/engine/run.ts: rules are pure',
  ],
];
for (const [name, text, problem] of refused) {
  test(`a layer may not import ${name}, and is told why`, () => assert.deepEqual(problems('src/rules/a.ts', text), [problem]));
}

test('a new folder of src needs a line in the table', () => {
  assert.deepEqual(problems('src/new/a.ts', ''), [
    'src/new/a.ts: src/new has no line in scripts/check/layer-table.ts: say what it may import',
  ]);
});

test('the table has no cycle: each layer imports values only from layers above it', () => {
  const above = new Set<string>();
  for (const [name, { uses }] of Object.entries(LAYERS)) {
    for (const place of uses) assert.ok(above.has(place.split('/')[0] ?? ''), `${name} uses ${place}, which stands below it`);
    above.add(name);
  }
});
