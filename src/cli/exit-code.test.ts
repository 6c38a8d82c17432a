import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE, type ErrorCode } from '../errors/catalogue.ts';
import { StashError } from '../errors/error.ts';
import { EXIT_CODES, exitCode } from './exit-code.ts';

const EXPECTED: [ErrorCode, number][] = [
  ['Internal', 1],
  ['Usage', 2],
  ['NotFound', 3],
  ['SnapshotNotFound', 3],
  ['Invalid', 4],
  ['WrongPassword', 5],
  ['StoreUnavailable', 6],
  ['TimedOut', 7],
  ['Conflict', 8],
  ['Interrupted', 130],
];

for (const [code, expected] of EXPECTED) {
  test(`${code} ends with ${expected}`, () => {
    assert.equal(exitCode(new StashError(code, 'x')), expected);
  });
}

test('every code of the catalogue has an exit code that is documented, and none means success', () => {
  const documented = EXIT_CODES.map(([code]) => code);
  for (const code of Object.keys(CATALOGUE) as ErrorCode[]) {
    const exit = exitCode(new StashError(code, 'x'));
    assert.ok(exit !== 0 && documented.some((one) => one === exit), `${code} ends with ${exit}`);
  }
});
