import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from './wait-for.ts';

test('gives the first state that is as wanted, over failures to read', async () => {
  const states = [() => Promise.reject(new Error('away')), async () => 1, async () => 2];
  let reads = 0;
  const read = () => states[reads++]?.() ?? Promise.reject(new Error('read too often'));
  assert.equal(await waitFor<number>('two', read, (state) => state === 2), 2);
});

test('at the deadline it tells what was waited for and what the state was', async () => {
  const pod = { metadata: { name: 'a', managedFields: [{ manager: 'x' }] }, status: { phase: 'Pending' } };
  await assert.rejects(
    waitFor(
      'pod a running',
      async () => pod,
      ({ status }) => status.phase === 'Running',
      { seconds: 0 },
    ),
    ({ message }: Error) => /^pod a running: not after 0 s; it is\n.*Pending/s.test(message) && !message.includes('managedFields'),
  );
});
