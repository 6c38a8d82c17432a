import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../log.ts';
import { type TestClock, testClock } from '../test-clock.ts';
import { runElected, type Term } from './elect.ts';
import { LeaseModel } from './testing/lease-model.ts';

test('epochs grow although the lease was deleted, and who leads then begins a few seconds behind', async () => {
  const clock = testClock();
  const model = new LeaseModel(clock, () => 0.5);
  const epochs: number[] = [];
  for (let term = 0; term < 3; term++) {
    for (let life = 0; life < 3; life++) epochs.push(await epochOf(model, clock, `pod-${term}-${life}`, -5_000 * term));
    model.delete();
    await clock.advance(60_000);
  }
  assert.deepEqual(
    epochs,
    [...new Set(epochs)].sort((a, b) => a - b),
  );
  assert.ok(epochs.every((epoch) => epoch < 2 ** 31));
});

/** Leads once, and gives the lease back. */
async function epochOf(model: LeaseModel, clock: TestClock, identity: string, offsetMs: number): Promise<number> {
  const stop = new AbortController();
  let epoch = 0;
  const lead = async (term: Term) => {
    epoch = term.epoch;
    stop.abort();
  };
  const own = { ...clock, now: () => new Date(clock.now().getTime() + offsetMs) };
  let over = false;
  const done = runElected({ client: model.client(), identity, clock: own, random: () => 0.5, log: silentLogger() }, lead, stop.signal).then(
    () => {
      over = true;
    },
  );
  while (!over) await clock.advance(1_000);
  await done;
  return epoch;
}
