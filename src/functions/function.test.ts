import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { StashError } from '../errors/error.ts';
import type { FunctionStep } from '../orders/order.ts';
import { functionEnvironment } from './contract.ts';
import { type BuiltInFunction, type FunctionContext, runBuiltIn } from './function.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stash-function-'));
after(() => rmSync(scratch, { recursive: true }));
const result = join(scratch, 'result.json');
const target = join(scratch, 'target.json');
const step: FunctionStep = {
  name: 'dump',
  command: ['dump'],
  env: { TZ: 'UTC' },
  params: { 'max-rate': '7' },
  source: 'Stage',
  fetch: 'Stage',
  checks: false,
};

async function run(work: BuiltInFunction) {
  writeFileSync(target, JSON.stringify({ type: 'mariadb', host: 'db', password: 'pw' }));
  const restore = { allowOverwrite: true, previousData: 'Discard' as const, stopCommand: ['a', 'b c'], startCommand: [] };
  const environment = {
    PATH: '/bin',
    NODE_COMPILE_CACHE: '/c',
    ...functionEnvironment(step, { operation: 'Restore', source: '/s', target, result, scratch, restore }),
  };
  const code = await runBuiltIn(work, environment, new AbortController().signal);
  return { code, result: JSON.parse(readFileSync(result, 'utf8')) as object };
}

test('what the environment says reaches the function, and a child of it sees nothing of the contract', async () => {
  let seen: FunctionContext | undefined;
  const { code } = await run(async (context) => {
    seen = context;
    return {};
  });
  assert.equal(code, 0);
  assert.deepEqual(seen?.connection, { type: 'mariadb', host: 'db', password: 'pw' });
  assert.deepEqual(
    [seen?.operation, seen?.source, seen?.stage, seen?.param('max-rate'), seen?.param('absent')],
    ['Restore', '/s', undefined, '7', undefined],
  );
  assert.deepEqual(seen?.restore, { allowOverwrite: true, previousData: 'Discard', stopCommand: ['a', 'b c'], startCommand: [] });
  assert.deepEqual(seen?.env, { PATH: '/bin', TZ: 'UTC' });
});

test('a result is left for the agent, readable by its owner alone', async () => {
  rmSync(result, { force: true });
  assert.deepEqual(await run(async () => ({ position: { gtid: '0-1-7' } })), { code: 0, result: { position: { gtid: '0-1-7' } } });
  assert.equal(statSync(result).mode & 0o777, 0o600);
});

test('a failure is left with its code, message and remedy', async () => {
  const failing = await run(() => Promise.reject(new StashError('DatabaseAccessDenied', 'no')));
  assert.equal(failing.code, 1);
  assert.deepEqual(failing.result, {
    error: { code: 'DatabaseAccessDenied', message: 'no', remedy: 'Correct username and password in the secret of the AppBinding.' },
  });
});
