import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play } from './play.ts';

/** `make soak` plays longer ones, each with another seed. */
const SEED = 2;

test('whatever happened to two replicating servers, each moment that is offered is restored exactly as it was', async (t) => {
  const { verdicts } = await play(SEED, 8, 1, (line) => t.diagnostic(line));
  assert.ok(verdicts.some(({ outcome }) => outcome === 'Equal'));
});
