import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit, type Fence, OPEN, shut } from './fence.ts';

const table: [what: string, polls: string, admitted: string][] = [
  ['one run that goes on', 'a a a', 'yes yes yes'],
  ['a newer run takes its place, and the old one is told', 'a b a b', 'yes yes no yes'],
  ['of three the newest stays', 'a b c a b c', 'yes yes yes no no yes'],
  ['one that is gone (-) comes back too late', 'a - a b a', 'yes - no yes no'],
];
for (const [what, polls, admitted] of table)
  test(`the fence of an agent: ${what}`, () => {
    let fence: Fence = OPEN;
    const answers = polls.split(' ').map((instance) => {
      if (instance === '-') {
        fence = shut(fence);
        return '-';
      }
      const next = admit(fence, instance);
      fence = next ?? fence;
      return next === undefined ? 'no' : 'yes';
    });
    assert.equal(answers.join(' '), admitted);
  });

test('it does not grow for ever', () => {
  let fence = OPEN;
  for (let run = 0; run < 100; run++) fence = admit(fence, `run ${run}`) ?? fence;
  assert.equal(fence.current, 'run 99');
  assert.ok(fence.replaced.length <= 16);
  assert.equal(admit(fence, 'run 98'), undefined);
});
