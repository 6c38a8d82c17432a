import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Crash } from './testing/operator.ts';
import { backupsBegun, replicatedOperator } from './testing/replicated.ts';

const says = fc.constantFrom('Primary' as const, 'Replica' as const, 'absent' as const);

test('whatever hosts say, and wherever the operator is killed: one order for the one primary, none without exactly one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(says, { minLength: 1, maxLength: 3 }), fc.nat(25), async (answers, writes) => {
      const one = await replicatedOperator(answers.map((_, index) => `db-${index}`));
      try {
        for (const [index, said] of answers.entries()) {
          if (said === 'absent') one.agents.present.delete(`db-${index}`);
          else one.agents.roles.set(`db-${index}`, { role: said });
        }
        await one.clock.advance(3_600_000);
        one.crashAfter(writes);
        await one.settle().catch((thrown: unknown) => {
          if (!(thrown instanceof Crash)) throw thrown;
        });
        await one.restart();
        await one.settle();
        await one.clock.advance(300_000);
        await one.settle();
        const primaries = answers.filter((said) => said === 'Primary').length;
        const [session] = await one.list('BackupSession');
        assert.equal(session?.status?.phase, primaries === 1 ? 'Succeeded' : 'Failed', session?.status?.message);
        assert.equal(backupsBegun(one).length, primaries === 1 ? 1 : 0);
        assert.equal(one.agents.places.get('shop/repo')?.snapshots.length ?? 0, primaries === 1 ? 1 : 0);
        assert.equal(await one.settle(), 0);
      } finally {
        await one.close();
      }
    }),
    { numRuns: 25 },
  );
});
