import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runFunction } from '../functions/run.ts';
import type { FunctionStep, Order } from '../orders/order.ts';
import type { Report } from '../orders/report.ts';
import { runningReport } from '../orders/testing/order.ts';
import { openJournal } from './journal.ts';
import { runOrder } from './order-run.ts';
import { openSessionLog } from './session-log.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-redaction-'));
after(() => rmSync(base, { recursive: true }));

const PASSWORD = 'tr0ub4dor"&3';
const TOKEN = 'literal-token-77';

/** Carries out an order whose only step is this shell script; returns all that is left of it on disk and in the report. */
async function left(script: string): Promise<{ report: Report; all: string; log: string }> {
  const directory = mkdtempSync(join(base, 'o-'));
  const now = () => new Date('2026-11-22T10:00:00Z');
  const step: FunctionStep = {
    name: 'dump',
    command: ['sh', '-c', script],
    env: { API_TOKEN: TOKEN, TEST_SHOWN: PASSWORD },
    params: {},
    source: 'Stage',
    fetch: 'Stage',
    checks: false,
  };
  const connection = { type: 'mariadb', password: PASSWORD };
  const task = { type: 'Backup', operation: 'Full', alias: 'full', steps: [step], connection, repositories: [] };
  const order = { id: 'one', epoch: 1, deadline: '2026-11-22T11:00:00Z', purpose: 'BackupSession/shop/s', task } as unknown as Order;
  const journal = await openJournal(join(directory, 'state'), () => now().toISOString());
  await journal.accept(order, runningReport('one'));
  const log = openSessionLog(join(directory, 'host.log'), () => now().toISOString());
  const input = { operation: 'Full', result: join(directory, 'result.json'), scratch: directory } as const;
  const report = await runOrder(
    order,
    (run) =>
      run.step('dump', async (control) => {
        const { message = '' } = await runFunction(step, input, control.process({ PATH: process.env.PATH ?? '' }));
        return { type: 'Restore', files: 0, bytes: 0, message };
      }),
    { journal, log, now, changed: () => undefined, signal: new AbortController().signal },
  );
  const orders = join(directory, 'state', 'orders');
  const journaled = readdirSync(orders).map((name) => readFileSync(join(orders, name), 'utf8'));
  const written = readFileSync(join(directory, 'host.log'), 'utf8');
  return { report, log: written, all: [JSON.stringify(report), ...journaled, written].join('\n') };
}

function holdsNoSecret(all: string): void {
  const base64 = Buffer.from(PASSWORD).toString('base64');
  for (const trace of ['tr0u', '4dor', TOKEN, 'literal', base64, base64.slice(0, 12)])
    assert.ok(!all.includes(trace), `${trace} in ${all}`);
}

const failing: [string, string, RegExp][] = [
  ['prints its password and fails', 'echo "denied: $TEST_SHOWN" >&2; echo "$TEST_SHOWN"; exit 3', /denied: \*\*\*/],
  ['prints its password in base64', 'printf "u:%s" "$TEST_SHOWN" | base64 >&2; printf %s "$TEST_SHOWN" | base64 >&2; exit 3', /\*\*\*/],
  ['prints its password in JSON', String.raw`echo '{"p":"tr0ub4dor\"&3"}' >&2; echo '{"p":"tr0ub4dor\"\u00263"}' >&2; exit 3`, /"\*\*\*"/],
  ['prints a literal token', 'echo "with $API_TOKEN" >&2; exit 3', /with \*\*\*/],
  ['prints much before its password', 'head -c 4090 /dev/zero | tr "\\0" x >&2; echo "$TEST_SHOWN" >&2; exit 3', /xxx\*\*\*/],
  [
    'leaves a bad result, cut within its password',
    '{ head -c 195 /dev/zero | tr "\\0" x; echo "$TEST_SHOWN"; } > $STASH_RESULT',
    /STASH_RESULT/,
  ],
  [
    'names it in its own error and remedy',
    `echo '{"error":{"code":"FunctionFailed","message":"as literal-token-77","remedy":"not literal-token-77"}}' > $STASH_RESULT; exit 1`,
    /^as \*\*\*$/,
  ],
];
for (const [what, script, message] of failing) {
  test(`of a function that ${what}, no secret is in the report, the journal or the log`, async () => {
    const { report, all, log } = await left(script);
    assert.equal(report.state, 'Failed');
    assert.match(report.error?.message ?? '', message);
    assert.match(log, /failed: /);
    holdsNoSecret(all);
  });
}

test('of a function that names its password in the message of its success, it is taken out as well', async () => {
  const { report, all } = await left(`echo '{"message":"restored with literal-token-77"}' > $STASH_RESULT`);
  assert.deepEqual(report.result, { type: 'Restore', files: 0, bytes: 0, message: 'restored with ***' });
  holdsNoSecret(all);
});
