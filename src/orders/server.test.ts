import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { Agent, request } from 'undici';
import { createDesk } from './desk.ts';
import { oneToken } from './one-token.ts';
import { PROTOCOL } from './protocol.ts';
import { serveDesk } from './server.ts';
import { listOrder } from './testing/order.ts';

const directory = mkdtempSync(join(tmpdir(), 'stash-server-'));
const socketPath = join(directory, 'agents.sock');
const desk = createDesk({
  now: () => '2026-11-22T10:00:00.000Z',
  epoch: 3,
  ensureAgent: () => undefined,
  notify: () => undefined,
  endedProcess: () => undefined,
});
const server = await serveDesk(desk, { listen: { socketPath }, authenticate: oneToken('right') });
const dispatcher = new Agent({ connect: { socketPath } });
after(async () => {
  await server.close();
  await dispatcher.destroy();
  rmSync(directory, { recursive: true });
});

async function post(body: { agent: string; [field: string]: unknown }, token = 'right', signal?: AbortSignal) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'stash-agent': body.agent };
  const options = { dispatcher, method: 'POST' as const, headers, body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) };
  const answer = await request('http://operator/v1/agents/poll', options);
  return { status: answer.statusCode, text: await answer.body.text() };
}

const poll = { protocol: PROTOCOL, agent: 'a', instance: 'i', reports: [], ended: [], waitMs: 0 };

test('only its owner can reach the socket', () => {
  assert.equal(statSync(socketPath).mode & 0o777, 0o600);
});

test('a request without the token is refused', async () => {
  assert.deepEqual(await post(poll, 'wrong'), { status: 401, text: "the token is not the operator's" });
});

test('an agent of another protocol is told which one is spoken', async () => {
  const answer = await post({ ...poll, protocol: PROTOCOL + 1 });
  assert.equal(answer.status, 400);
  assert.match(answer.text, new RegExp(`${PROTOCOL} is`));
});

test('a poll gets its orders', async () => {
  desk.give('a', listOrder('one', 'Repository/shop/repo'));
  const answer = await post(poll);
  const orders = (JSON.parse(answer.text) as { epoch: number; orders: { id: string }[] }).orders;
  assert.deepEqual(
    orders.map(({ id }) => id),
    ['one'],
  );
});

test('a poll that its agent gives up does not keep the next one from being answered', async () => {
  const gone = new AbortController();
  const given = post({ ...poll, agent: 'b', waitMs: 60_000 }, 'right', gone.signal);
  await post({ ...poll, agent: 'c' });
  gone.abort();
  await assert.rejects(given);
  desk.give('b', listOrder('two', 'Repository/shop/repo'));
  assert.match((await post({ ...poll, agent: 'b', waitMs: 60_000 })).text, /"two"/);
});

test('a body that is not understood is refused with the path, before anything is done with it', async () => {
  const report = { orderId: 'one', state: 'Running', startTime: '2026-11-22T10:00:00Z', steps: [] };
  const wrong: [body: { agent: string; [field: string]: unknown }, says: RegExp][] = [
    [{ ...poll, reports: [{ ...report, orderId: '%E0%A4%A' }] }, /reports\[0\]\.orderId: /],
    [{ ...poll, surprise: true }, /surprise: unknown field/],
    [{ ...poll, waitMs: 3_600_000 }, /waitMs: must be at most 60000/],
    [{ ...poll, reports: new Array(201).fill(report) }, /reports: must have at most 200 items/],
  ];
  for (const [body, says] of wrong) {
    const answer = await post(body);
    assert.equal(answer.status, 400);
    assert.match(answer.text, says);
  }
});

test('a body that is too large is refused, and one of an agent that says it is another', async () => {
  const headers = { authorization: 'Bearer right', 'stash-agent': 'b' };
  // The rest of it is not read, which ends the connection.
  const once = new Agent({ connect: { socketPath } });
  const body = JSON.stringify({ ...poll, agent: 'b', stopping: ['x'.repeat(8 * 1_048_576)] });
  const large = await request('http://operator/v1/agents/poll', { dispatcher: once, method: 'POST', headers, body });
  assert.deepEqual([large.statusCode, await large.body.text()], [413, 'the request of b is larger than 8388608 bytes']);
  const chunks = Readable.from([body.slice(0, 5_000_000), body.slice(5_000_000)]);
  const unannounced = await request('http://operator/v1/agents/poll', { dispatcher: once, method: 'POST', headers, body: chunks });
  assert.deepEqual([unannounced.statusCode, await unannounced.body.text()], [413, 'the request of b is larger than 8388608 bytes']);
  await once.destroy();
  const other = await request('http://operator/v1/agents/poll', { dispatcher, method: 'POST', headers, body: JSON.stringify(poll) });
  assert.deepEqual([other.statusCode, await other.body.text()], [400, 'the request of b says that it is from a']);
});

test('a run that was replaced gets a conflict', async () => {
  await post({ ...poll, agent: 'd', instance: 'old' });
  await post({ ...poll, agent: 'd', instance: 'new' });
  const answer = await post({ ...poll, agent: 'd', instance: 'old' });
  assert.equal(answer.status, 409);
  assert.match(answer.text, /another run of the agent d has taken the place/);
});
