import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine, RunControl } from '../engine/engine.ts';
import { isCode, StashError } from '../errors/error.ts';
import type { RepositoryTask } from '../orders/order.ts';
import { listOrder } from '../orders/testing/order.ts';
import type { OrderRun } from './order-run.ts';
import { repositoryWork } from './repository-work.ts';

const order = listOrder('one', 'Repository/shop/repo');
const task = { ...order.task, create: true } as Extract<RepositoryTask, { type: 'Probe' }>;

/** A probe of an empty place; `stopAt` is when it is told to stop. */
async function probe(stopAt: 'open' | 'init') {
  const stop = new AbortController();
  const made: boolean[] = [];
  const canceled = () => stop.abort(new StashError('Canceled', 'the secret changed'));
  const engine = {
    open: async () => {
      if (stopAt === 'open') canceled();
      throw new StashError('RepositoryMissing', 'there is none');
    },
    init: async (_access: unknown, { signal }: RunControl) => {
      canceled();
      made.push(!signal.aborted);
      return { id: 'f'.repeat(64) };
    },
  } as unknown as Engine;
  const control = { signal: stop.signal, timeoutMs: 1_000 };
  const step = { log: () => undefined, engine: () => control, process: () => assert.fail('no function runs') };
  const run: OrderRun = { order, signal: stop.signal, now: () => '2026-11-22T10:00:00.000Z', step: (_name, work) => work(step) };
  return { made, result: repositoryWork(run, task, engine) };
}

test('a repository that is being made is made to the end: what is left of half of it, nobody can open', async () => {
  const { made, result } = await probe('init');
  assert.deepEqual(await result, { type: 'Probe', repositoryId: 'f'.repeat(64), created: true });
  assert.deepEqual(made, [true]);
});

test('a probe that was told to stop makes no repository', async () => {
  const { made, result } = await probe('open');
  await assert.rejects(result, (error) => isCode(error, 'Canceled'));
  assert.deepEqual(made, []);
});
