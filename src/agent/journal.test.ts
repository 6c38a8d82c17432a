import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listOrder, runningReport } from '../orders/testing/order.ts';
import { processIdentity } from '../process/identity.ts';
import { journalUnsettled, openJournal } from './journal.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-journal-'));
after(() => rmSync(base, { recursive: true }));
const newDirectory = () => mkdtempSync(join(base, 'j-'));
const now = () => '2026-11-22T10:00:00.000Z';
const repository = { namespace: 'shop', name: 'repo' };
const order = listOrder('one', 'BackupSession/shop/docs');

test('an order that ran when the agent was killed is lost at the next start, with the step it was in', async () => {
  const directory = newDirectory();
  const journal = await openJournal(directory, now);
  await journal.accept(order, { ...runningReport('one'), steps: [{ name: 'upload repo', phase: 'Running' }] });
  assert.equal(await journalUnsettled(directory), true);
  const report = (await openJournal(directory, now)).reports.get('one');
  assert.equal(report?.state, 'Failed');
  assert.equal(report?.error?.code, 'AgentLost');
  assert.match(report?.error?.message ?? '', /upload repo/);
  assert.deepEqual(report?.steps, [{ name: 'upload repo', phase: 'Failed' }]);
});

test('a report that is terminal survives until it is acknowledged, and progress is not written', async () => {
  const directory = newDirectory();
  const journal = await openJournal(directory, now);
  await journal.accept(order, runningReport('one'));
  const file = join(directory, 'orders', 'one.json');
  const before = readFileSync(file, 'utf8');
  await journal.report({ ...runningReport('one'), steps: [{ name: 'list', phase: 'Running' }] });
  assert.equal(readFileSync(file, 'utf8'), before);
  await journal.report({ ...runningReport('one'), state: 'Succeeded' });
  assert.equal((await openJournal(directory, now)).reports.get('one')?.state, 'Succeeded');
  const again = await openJournal(directory, now);
  await again.forget('one');
  assert.deepEqual(readdirSync(join(directory, 'orders')), []);
  await again.report({ ...runningReport('one') });
  assert.equal(again.reports.size, 0, 'a late report does not bring it back');
  assert.equal(await journalUnsettled(directory), false);
});

test('what an order carries is never written', async () => {
  const directory = newDirectory();
  const journal = await openJournal(directory, now);
  const secret = structuredClone(order);
  if (secret.task.type === 'Probe') secret.task.repository.access.env.RESTIC_PASSWORD = 'changeit';
  await journal.accept(secret, runningReport('one'));
  assert.equal(readFileSync(join(directory, 'orders', 'one.json'), 'utf8').includes('changeit'), false);
});

test('a process that outlived its agent is ended at the next start, and told of where it held a lock', async () => {
  const directory = newDirectory();
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const gone = once(child, 'exit');
  const identity = processIdentity(child.pid ?? 0);
  assert.ok(identity);
  const journal = await openJournal(directory, now);
  await journal.accept(order, runningReport('one'));
  await journal.processStarted('one', { ...identity, hostname: hostname(), repository });
  const again = await openJournal(directory, now);
  await gone;
  const told = { hostname: hostname(), pid: identity.pid, startTicks: identity.startTicks, repository, time: now() };
  assert.deepEqual(again.ended, [told]);
  assert.deepEqual((await openJournal(directory, now)).ended, [told], 'told of once, however often it is opened');
  await again.cleared([`${hostname()}/${identity.pid}/${identity.startTicks}`]);
  assert.deepEqual((await openJournal(directory, now)).ended, []);
});

test('a process that ended in order, and one that holds no lock, are not told of', async () => {
  const journal = await openJournal(newDirectory(), now);
  await journal.accept(order, runningReport('one'));
  const process = { pid: 999_999, startTicks: '1', hostname: hostname() };
  await journal.processStarted('one', { ...process, repository });
  await journal.processEnded('one', { ...process, repository }, true);
  await journal.processStarted('one', process);
  await journal.processEnded('one', process, false);
  assert.deepEqual(journal.ended, []);
});

test('writes of one order at the same time all succeed', async () => {
  const directory = newDirectory();
  const journal = await openJournal(directory, now);
  await journal.accept(order, runningReport('one'));
  const terminal = { ...runningReport('one'), state: 'Succeeded' as const };
  await Promise.all([journal.report(terminal), journal.report(terminal), journal.report(terminal)]);
  assert.equal((await openJournal(directory, now)).reports.get('one')?.state, 'Succeeded');
});

test('an order that cannot be written down is refused in memory, and acknowledged like any other', async () => {
  const journal = await openJournal(newDirectory(), now);
  journal.refuse({ ...runningReport('one'), state: 'Failed' });
  assert.equal(journal.reports.get('one')?.state, 'Failed');
  await journal.forget('one');
  assert.equal(journal.reports.size, 0);
});

test('a journal has an identity of its own, for as long as it is there', async () => {
  const directory = newDirectory();
  const { id } = await openJournal(directory, now, () => 'first');
  assert.equal(id, 'first');
  assert.equal((await openJournal(directory, now, () => 'second')).id, 'first');
});

test('the processes of the engine that run are known, and those of functions are not told of', async () => {
  const journal = await openJournal(newDirectory(), now);
  await journal.accept(order, runningReport('one'));
  const process = { pid: 999_999, startTicks: '1', hostname: hostname() };
  await journal.processStarted('one', { ...process, repository });
  await journal.processStarted('one', { ...process, pid: 999_998 });
  assert.deepEqual(journal.processes(), [{ ...process, repository }]);
  await journal.processEnded('one', { ...process, repository }, true);
  assert.deepEqual(journal.processes(), []);
});
