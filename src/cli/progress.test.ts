import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN } from './output/color.ts';
import { liveLines } from './progress.ts';

function output(terminal: boolean) {
  const written: string[] = [];
  return { written, write: (text: string) => void written.push(text), terminal, width: 20, color: PLAIN };
}

test('on a terminal the lines are painted over, cut to its width and taken away at the end', () => {
  const out = output(true);
  const live = liveLines(out);
  live.show(['one', 'a line that is much longer than the terminal']);
  live.show(['two']);
  live.clear();
  assert.deepEqual(out.written, ['one\na line that is muc…\n', '\u001b[2F\u001b[Jtwo\n', '\u001b[1F\u001b[J']);
});

test('elsewhere nothing is written', () => {
  const out = output(false);
  const live = liveLines(out);
  live.show(['one']);
  live.clear();
  assert.deepEqual(out.written, []);
});
