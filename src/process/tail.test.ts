import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tail } from './tail.ts';

test('a tail keeps the end and says whether something is missing', () => {
  const cases: [number, string[], string, boolean][] = [
    [4, [], '', false],
    [4, ['ab', 'cd'], 'abcd', false],
    [4, ['abc', 'def'], 'cdef', true],
    [4, ['abcdefghijkl', 'm'], 'jklm', true],
    [0, ['a'], '', true],
  ];
  for (const [limit, chunks, text, cut] of cases) {
    const kept = tail(limit);
    for (const chunk of chunks) kept.add(Buffer.from(chunk));
    assert.equal(kept.text(), text);
    assert.equal(kept.cut(), cut);
  }
});
