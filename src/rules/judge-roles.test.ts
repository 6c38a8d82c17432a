import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeRoles, type RoleAnswer } from './judge-roles.ts';

const silence = (code: string, message = 'no answer') => ({ silence: { code, message, remedy: `Mend ${code}.` } });
const told = (role: 'Primary' | 'Replica', evidence = {}) => ({ role, evidence });
type Said = ReturnType<typeof silence> | ReturnType<typeof told>;
const answersOf = (...said: Said[]) => said.map((one, index): RoleAnswer => ({ host: `db-${index}`, ...one }));

const cases: [what: string, said: Said[], code: string, message: RegExp][] = [
  [
    'replicas alone',
    [told('Replica', { slaves: 1 }), told('Replica')],
    'NoPrimary',
    /^AppBinding\/db: none of its 2 hosts is the primary: db-0 is a replica \(slaves=1\); db-1 is a replica$/,
  ],
  ['a lone replica', [told('Replica')], 'NoPrimary', /its only host is not the primary/],
  [
    'a replica and silence',
    [told('Replica'), silence('AgentLost', 'it ended')],
    'NoPrimary',
    /db-1 did not answer \(AgentLost: it ended\)/,
  ],
  ['silence for two reasons', [silence('AgentLost'), silence('HostSilent')], 'NoPrimary', /db-0 did not answer.*db-1 did not answer/],
  [
    'silence for one reason',
    [silence('DatabaseUnreachable', 'a'), silence('DatabaseUnreachable', 'b')],
    'DatabaseUnreachable',
    /^db-0: a; db-1: b$/,
  ],
  ['a lone silent host', [silence('SecretMissing', 'there is no secret')], 'SecretMissing', /^there is no secret$/],
  [
    'two primaries',
    [told('Primary', { serverId: 1 }), told('Primary', { serverId: 2 })],
    'SeveralPrimaries',
    /2 of its hosts.*serverId=1.*serverId=2/,
  ],
  ['evidence without end', [told('Replica', { text: 'x'.repeat(9_000) })], 'NoPrimary', /^.{1,600}$/],
];
for (const [what, said, code, message] of cases)
  test(`Of ${what} none is chosen, and the error says what there is`, () => {
    const verdict = judgeRoles('AppBinding/db', answersOf(...said));
    assert.ok('error' in verdict);
    assert.equal(verdict.error.code, code);
    assert.match(verdict.error.message, message);
  });

test('a host is chosen exactly when it is the only one that says it is the primary', () => {
  const said = fc.constantFrom<Said>(told('Primary'), told('Replica'), silence('AgentLost'), silence('HostSilent'));
  fc.assert(
    fc.property(fc.array(said, { minLength: 1, maxLength: 5 }), (all) => {
      const answers = answersOf(...all);
      const primaries = answers.filter((one) => 'role' in one && one.role === 'Primary');
      const verdict = judgeRoles('AppBinding/db', answers);
      assert.equal(verdict.type === 'One', primaries.length === 1);
      if (verdict.type === 'One') assert.equal(verdict.primary, primaries[0]?.host);
    }),
  );
});
