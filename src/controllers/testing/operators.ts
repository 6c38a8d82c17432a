import { after } from 'node:test';
import { type TestOperator, testOperator } from './operator.ts';

/** Makes operators for the tests of a file, each prepared like this; closes them when all tests have run. To be called once, at its top. */
export function operators(prepare?: (operator: TestOperator) => Promise<void>): () => Promise<TestOperator> {
  const opened: TestOperator[] = [];
  after(() => Promise.all(opened.map((one) => one.close())));
  return async () => {
    const one = await testOperator();
    opened.push(one);
    await prepare?.(one);
    return one;
  };
}
