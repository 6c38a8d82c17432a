import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../../errors/error.ts';
import { formatIndex, type IndexLine, parseIndex } from './metadata-index.ts';

const word = fc.stringMatching(/^[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,20}[a-zA-Z0-9])?$/);
const line: fc.Arbitrary<IndexLine> = fc.record({
  time: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }).map((date) => date.toISOString()),
  alias: word,
  link: fc.record({
    operation: fc.constantFrom('Full' as const, 'Incremental' as const),
    directory: word,
    host: fc.string(),
    position: fc.dictionary(word, fc.oneof(fc.string(), fc.integer())),
    manifest: fc.string(),
  }),
});

test('what was written is read again, whatever hosts and positions are called', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      // The prototype of a dictionary is not part of what is written.
      assert.deepEqual(parseIndex(formatIndex(lines)), JSON.parse(JSON.stringify(lines)));
    }),
  );
});

test('an index that is cut anywhere is a whole number of lines, or refused', () => {
  const link = { operation: 'Full' as const, directory: 'full', host: 'a | b', position: {}, manifest: 'x' };
  const text = formatIndex([
    { time: '2026-11-22T10:00:00Z', alias: 'full', link },
    { time: '2026-11-22T10:15:00Z', alias: 'incremental', link },
  ]);
  const whole = new Set([0, text.indexOf('\n'), text.indexOf('\n') + 1, text.length - 1, text.length]);
  for (let end = 0; end <= text.length; end++) {
    const cut = () => parseIndex(text.slice(0, end));
    if (whole.has(end)) cut();
    else assert.throws(cut, (error) => isCode(error, 'StageUnusable') && /line [12]/.test(error.message), `cut at ${end}`);
  }
});

for (const text of ['rubbish', 'time | full | {}', 'time | full | {"operation":"Full"}', 'time | full | [1]', 'time | two words | {}'])
  test(`"${text}" is no line of an index`, () => {
    assert.throws(
      () => parseIndex(text),
      (error) => isCode(error, 'StageUnusable'),
    );
  });
