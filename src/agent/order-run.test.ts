import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { StashError } from '../errors/error.ts';
import type { OrderResult } from '../orders/report.ts';
import { listOrder, runningReport } from '../orders/testing/order.ts';
import { openJournal } from './journal.ts';
import { type OrderRun, runOrder } from './order-run.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-run-'));
after(() => rmSync(base, { recursive: true }));

async function run(work: (run: OrderRun) => Promise<OrderResult>, signal = new AbortController().signal) {
  const journal = await openJournal(mkdtempSync(join(base, 'r-')), () => '2026-11-22T10:00:00.000Z');
  const order = listOrder('one', 'Repository/shop/repo');
  await journal.accept(order, runningReport('one'));
  const lines: string[] = [];
  const log = (step: string, line: string) => void lines.push(`${step} ${line}`);
  let seconds = 0;
  const now = () => new Date(Date.parse('2026-11-22T10:00:00Z') + 1000 * seconds++);
  const report = await runOrder(order, work, { journal, log, now, changed: () => undefined, signal });
  return { report, lines, journaled: journal.reports.get('one') };
}

const nothing: OrderResult = { type: 'Probe', repositoryId: 'f', created: false };

test('the report of work that succeeded has its steps with their durations, and its result', async () => {
  const { report, lines, journaled } = await run(async (order) => {
    await order.step('first', async () => undefined);
    return order.step('second', async () => nothing);
  });
  assert.equal(report.state, 'Succeeded');
  assert.deepEqual(report.result, nothing);
  assert.deepEqual(
    report.steps.map(({ name, phase }) => [name, phase]),
    [
      ['first', 'Succeeded'],
      ['second', 'Succeeded'],
    ],
  );
  assert.deepEqual(lines, ['first started', 'first done', 'second started', 'second done']);
  assert.deepEqual(journaled, report);
});

test('work that threw is a failed report with the code, message and remedy of what it threw', async () => {
  const { report, lines } = await run((order) => order.step('open', () => Promise.reject(new StashError('WrongPassword', 'no key fits'))));
  assert.equal(report.state, 'Failed');
  assert.equal(report.error?.code, 'WrongPassword');
  assert.match(report.error?.remedy ?? '', /RESTIC_PASSWORD/);
  assert.equal(report.steps[0]?.phase, 'Failed');
  assert.equal(lines.at(-1), 'error WrongPassword: no key fits');
});

test('work that was stopped failed for the reason it was stopped for, not for what it said on its way out', async () => {
  const stop = new AbortController();
  const { report } = await run(async () => {
    stop.abort(new StashError('DeadlineExceeded', 'not done at the deadline'));
    throw new StashError('CommandFailed', 'signal SIGTERM');
  }, stop.signal);
  assert.equal(report.error?.code, 'DeadlineExceeded');
});
