import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { KIND_NAMES, KINDS } from './kinds.ts';
import { documentsIn } from './testdata/documents.ts';
import { problemText, validate } from './validate.ts';

const root = join(import.meta.dirname, '../..');
const EXAMPLES = documentsIn(join(root, 'examples'));

for (const { place, object } of [...EXAMPLES, ...documentsIn(join(root, 'catalog'))]) {
  test(`${place} is valid and raises no warning`, () => {
    const result = validate(object);
    assert.deepEqual(result.ok ? result.warnings : result.problems.map(problemText), []);
  });
}

test('there is an example of each kind of ours', () => {
  const shown = new Set(EXAMPLES.map(({ object }) => object.kind));
  assert.deepEqual(
    KIND_NAMES.filter((kind) => KINDS[kind].schema !== undefined && !shown.has(kind)),
    [],
  );
});
