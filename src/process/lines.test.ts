import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitLines } from './lines.ts';

function linesOf(chunks: Buffer[], longest?: number): string[] {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line), longest);
  for (const chunk of chunks) splitter.add(chunk);
  splitter.end();
  return lines;
}

test('lines are split at \\n and \\r\\n, and a last line without an end counts', () => {
  const cases: [string[], string[]][] = [
    [[], []],
    [['a\nb\n'], ['a', 'b']],
    [['a\r\nb'], ['a', 'b']],
    [
      ['a', 'b\n\nc'],
      ['ab', '', 'c'],
    ],
    [['\n'], ['']],
  ];
  for (const [chunks, expected] of cases) {
    assert.deepEqual(linesOf(chunks.map((chunk) => Buffer.from(chunk))), expected);
  }
});

test('a line longer than the limit is cut, the next one is whole again', () => {
  assert.deepEqual(linesOf([Buffer.from('abc'), Buffer.from('defgh\nxy\n')], 4), ['abcd', 'xy']);
});

test('wherever the chunks end, the lines are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(200)), (words, cuts) => {
      const text = Buffer.from(words.map((word) => `${word.replaceAll(/[\r\n]/g, '')}\n`).join(''));
      const at = [...new Set(cuts.filter((cut) => cut < text.length))].sort((a, b) => a - b);
      const chunks = [0, ...at].map((from, index) => text.subarray(from, at[index] ?? text.length));
      assert.deepEqual(linesOf(chunks), linesOf([text]));
    }),
  );
});
