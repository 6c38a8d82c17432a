import { after, before, describe } from 'node:test';
import { concurrencyRules } from './conformance/concurrency.ts';
import { deletionRules } from './conformance/deletion.ts';
import { Fixture, type StoreUnderTest } from './conformance/fixture.ts';
import { ownerRules } from './conformance/owners.ts';
import { readingRules } from './conformance/reading.ts';
import { watchRules } from './conformance/watching.ts';
import { writingRules } from './conformance/writing.ts';

/**
 * Every sentence of the store port's contract, for any implementation. `open` is called once; each test has a namespace of its own,
 * so the data may be shared with others.
 */
export function storeConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of the store`, () => {
    const fixture = new Fixture();
    before(async () => fixture.use(await open()));
    after(() => fixture.close());
    readingRules(fixture);
    writingRules(fixture);
    concurrencyRules(fixture);
    deletionRules(fixture);
    ownerRules(fixture);
    watchRules(fixture);
  });
}
