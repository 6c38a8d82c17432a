import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FunctionStep } from '../orders/order.ts';
import type { OrderResult } from '../orders/report.ts';
import { listOrder, runningReport } from '../orders/testing/order.ts';
import { openJournal } from './journal.ts';
import { runOrder } from './order-run.ts';
import { askRole } from './role.ts';
import { openStage } from './stage.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-role-'));
after(() => rmSync(base, { recursive: true }));
const now = () => new Date('2026-11-22T10:00:00Z');

function step(name: string, shell: string, roles = true): FunctionStep {
  return { name, command: ['sh', '-c', shell], env: {}, params: {}, source: 'Stage', fetch: 'Stage', checks: false, roles };
}

async function asked(...steps: FunctionStep[]) {
  const directory = mkdtempSync(join(base, 'a-'));
  const journal = await openJournal(directory, () => now().toISOString());
  const order = listOrder('one', 'BackupSession/shop/docs');
  await journal.accept(order, runningReport('one'));
  const tools = { stage: await openStage(join(directory, 'stage')), baseEnv: { PATH: process.env.PATH ?? '' } };
  const connection = { type: 'mariadb', socket: '/run/x.sock', password: 'hunter22' };
  const work = async (run: Parameters<typeof askRole>[0]): Promise<OrderResult> => ({
    type: 'Role',
    ...(await askRole(run, steps, connection, tools)),
  });
  const signal = new AbortController().signal;
  const report = await runOrder(order, work, { journal, log: () => undefined, now, changed: () => undefined, signal });
  assert.deepEqual(readdirSync(join(tools.stage.state, 'run')), [], 'the file with the login is gone');
  return report;
}

const replica = `echo '{"role":"Replica","evidence":{"source":"db-0"}}' > "$STASH_RESULT"`;

test('the functions that can tell are asked with their operation and the connection; the others do not run', async () => {
  const told = step('db', `[ "$STASH_OPERATION" = Role ] && grep -q hunter22 "$STASH_TARGET" && ${replica}`);
  const { result, steps } = await asked(step('files', 'exit 1', false), told);
  assert.deepEqual(result, { type: 'Role', role: 'Replica', evidence: { source: 'db-0' } });
  assert.deepEqual(
    steps.map(({ name, phase }) => `${name} ${phase}`),
    ['role db Succeeded'],
  );
});

const failures: [what: string, steps: FunctionStep[], message: RegExp][] = [
  ['that says nothing', [step('db', 'true')], /function db was asked for the role, and said "nothing"/],
  ['that says what is no role', [step('db', `echo '{"role":"Witness"}' > "$STASH_RESULT"`)], /said "Witness"/],
  ['that fails', [step('db', `echo broken >&2; exit 3`)], /exit code 3: broken/],
  ['that contradicts another', [step('a', replica), step('b', replica.replace('Replica', 'Primary'))], /a, b contradict each other/],
  ['that cannot tell', [step('files', 'true', false)], /no function of this backup can tell/],
];
for (const [what, steps, message] of failures)
  test(`a function ${what} is an error, and no role`, async () => {
    const { error } = await asked(...steps);
    assert.equal(error?.code, 'FunctionFailed');
    assert.match(error?.message ?? '', message);
  });
