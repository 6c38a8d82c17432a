import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTHORITY_MS, DAY_MS, isDue, planAuthorities, SKEW_MS, signerOf, type Term } from './terms.ts';

const START = Date.parse('2026-11-22T10:00:00Z');
const day = (days: number) => new Date(START + days * DAY_MS);
interface Named extends Term {
  name: string;
}
const made = (name: string, days: number): Named => ({
  name,
  notBefore: new Date(day(days).getTime() - SKEW_MS),
  notAfter: new Date(day(days).getTime() + AUTHORITY_MS),
});
const names = (authorities: readonly Named[]) => authorities.map(({ name }) => name).join(' ');

const first = made('first', 0);
const second = made('second', 244);
const table: [when: string, authorities: Named[], days: number, keep: string, make: boolean, signer: string | undefined][] = [
  ['there is none', [], 0, '', true, undefined],
  ['it is new and alone: it signs at once', [first], 0, 'first', false, 'first'],
  ['before two thirds of its year', [first], 243, 'first', false, 'first'],
  ['after two thirds another one is made', [first], 244, 'first', true, 'first'],
  ['the other one is not known everywhere yet', [first, second], 244.5, 'first second', false, 'first'],
  ['a day later it signs', [first, second], 245.1, 'first second', false, 'second'],
  ['the order in the Secret does not matter', [second, first], 245.1, 'first second', false, 'second'],
  ['the old one has ended', [first, second], 366, 'second', false, 'second'],
  ['nobody looked for years', [first, second], 2_000, '', true, undefined],
  ['two that were made at once', [made('a', 0), made('b', 0.01)], 0.02, 'a b', false, 'a'],
  ['the clock was set back: nothing is due', [first], -100, 'first', false, 'first'],
];

for (const [when, authorities, days, keep, make, signer] of table)
  test(`authorities: ${when}`, () => {
    const plan = planAuthorities(authorities, day(days));
    assert.deepEqual([names(plan.keep), plan.make, signerOf(authorities, day(days))?.name], [keep, make, signer]);
  });

test('over ten years there is always an authority that everybody knows, and never more than two', () => {
  let authorities: Named[] = [];
  let signer: string | undefined;
  const signers = new Set<string>();
  for (let days = 0; days < 3_650; days += 0.25) {
    const before = names(authorities);
    const { keep, make } = planAuthorities(authorities, day(days));
    authorities = make ? [...keep, made(`day ${days}`, days)] : keep;
    assert.ok(authorities.length <= 2);
    const next = signerOf(authorities, day(days))?.name;
    assert.ok(next !== undefined);
    if (signer !== undefined && next !== signer) assert.ok(before.includes(next), 'it was in the bundle before it signed');
    signer = next;
    signers.add(next);
  }
  assert.equal(signers.size, 15);
});

test('a certificate is due when two thirds of its time are over', () => {
  const serving = { notBefore: day(0), notAfter: day(30) };
  assert.deepEqual(
    [19.9, 20, 31].map((days) => isDue(serving, day(days))),
    [false, true, true],
  );
});
