import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tableLines, visibleWidth } from './table.ts';

test('a table aligns its columns, shows empty cells and has no trailing blanks', () => {
  const lines = tableLines(
    ['NAME', 'PHASE', 'AGE'],
    [
      ['docs', '', '5m'],
      ['orders-db', 'Ready', ''],
    ],
  );
  assert.deepEqual(lines, ['NAME        PHASE    AGE', 'docs        <none>   5m', 'orders-db   Ready    <none>']);
});

test('colours do not count for the width, and a line break inside a cell does not break the table', () => {
  const lines = tableLines(
    ['A', 'B'],
    [
      ['\u001b[31mFailed\u001b[39m', 'x'],
      ['one\ntwo', 'y'],
    ],
  );
  assert.equal(visibleWidth(lines[1] ?? ''), 'Failed    x'.length);
  assert.equal(lines[2], 'one two   y');
});

test('every column of every row begins at the same place', () => {
  const cell = fc.stringMatching(/^[a-z0-9/]{1,12}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
      const lines = tableLines(['A', 'B', 'C'], rows);
      const width = Math.max(1, ...rows.map(([first]) => first.length)) + 3;
      rows.forEach(([, second], index) => {
        assert.equal(lines[index + 1]?.indexOf(` ${second}`, width - 1), width - 1);
      });
    }),
  );
});
