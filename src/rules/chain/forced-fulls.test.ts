import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault, readNeedFull } from './forced-fulls.ts';

const answers: [string, ReturnType<typeof readNeedFull>][] = [
  ['LineageChanged', { reason: 'LineageChanged' }],
  ['PositionGap: from 7, to 5', { reason: 'PositionGap', evidence: 'from 7, to 5' }],
  ['Requested', undefined],
  ['because', undefined],
  ['', undefined],
];
for (const [text, expected] of answers)
  test(`a function that needs a full because of "${text}" ${expected === undefined ? 'is not understood' : 'is understood'}`, () => {
    assert.deepEqual(readNeedFull(text), expected);
  });

test('what happens in the life of a healthy chain is no fault', () => {
  assert.deepEqual(
    (['Requested', 'PrimaryChanged', 'VersionChanged', 'ChainTooLong'] as const).map((one) => isFault(one)),
    [false, false, false, false],
  );
  assert.deepEqual(
    (['LineageChanged', 'LineageUnproven', 'PositionGap', 'IndexMismatch'] as const).map((one) => isFault(one)),
    [true, true, true, true],
  );
});
