import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { systemClock } from '../../runtime/clock.ts';
import { type Connection, openConnection } from './connection.ts';

const asked = { what: 'read Repository demo/local', method: 'GET', path: '/thing' } as const;

test('a server that is busy is asked again after the time it names', async (t) => {
  const slept: number[] = [];
  const { connection, requests } = await serving(t, { sleep: async (ms) => void slept.push(ms) }, (_, response, n) => {
    if (n < 3) response.writeHead(429, { 'retry-after': String(n) }).end('{}');
    else response.end('{"ok":true}');
  });
  assert.deepEqual((await connection.send({ ...asked, method: 'POST', body: {} })).body, { ok: true });
  assert.deepEqual(slept, [1000, 2000]);
  assert.equal(requests(), 3);
});

test('credentials that are refused are read anew, once', async (t) => {
  const { connection, renewals, requests } = await serving(t, {}, (request, response) => {
    if (request.headers.authorization === 'Bearer 1') response.end('{}');
    else response.writeHead(401).end('{"kind":"Status","code":401,"message":"Unauthorized"}');
  });
  await connection.send(asked);
  assert.equal(renewals(), 1);
  assert.equal(requests(), 2);
});

test('credentials that stay refused are Forbidden, with what to do', async (t) => {
  const { connection, requests } = await serving(t, {}, (_, response) => {
    response.writeHead(401).end('{"kind":"Status","code":401,"message":"Unauthorized"}');
  });
  await assert.rejects(
    connection.send(asked),
    (error) => isCode(error, 'Forbidden') && /read Repository demo\/local: Unauthorized/.test(error.message) && /log in/.test(error.remedy),
  );
  assert.equal(requests(), 2);
});

test('a kept connection that the server has broken meanwhile is no failure of a read', async (t) => {
  const { connection, requests } = await serving(t, {}, (_, response, n) => {
    if (n === 2) response.socket?.destroy();
    else response.end('{}');
  });
  await connection.send(asked);
  await connection.send(asked);
  assert.equal(requests(), 3);
});

test('a write that was cut off is not repeated', async (t) => {
  const { connection, requests } = await serving(t, {}, (_, response) => response.socket?.destroy());
  await assert.rejects(connection.send({ ...asked, method: 'PUT', body: {} }), (error) => isCode(error, 'StoreUnavailable'));
  assert.equal(requests(), 1);
});

test('a server that does not answer, or is not there, is StoreUnavailable and named', async (t) => {
  const { connection, server } = await serving(t, {}, () => undefined, 200);
  const named = (error: unknown) => isCode(error, 'StoreUnavailable') && error.message.includes(connection.server);
  await assert.rejects(connection.send(asked), named);
  server.closeAllConnections();
  server.close();
  await assert.rejects(connection.send(asked), named);
});

test('an answer that goes on for longer than a request may take is given up', async (t) => {
  const drip = (_: IncomingMessage, response: ServerResponse) => {
    const dripping = setInterval(() => response.write(' '), 10);
    response.once('close', () => clearInterval(dripping));
  };
  const { connection } = await serving(t, {}, drip, 200);
  await assert.rejects(connection.send(asked), (error) => isCode(error, 'StoreUnavailable') && /timeout/.test(error.message));
});

test('lines come whole, however they are cut, and a line that was cut off is none', async (t) => {
  const text = '{"text":"äöü"}\n\n{"n":1}\n{"n":';
  const { connection } = await serving(t, {}, async (_, response) => {
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  const lines: unknown[] = [];
  for await (const line of connection.lines({ ...asked, signal: new AbortController().signal }, 10_000)) lines.push(line);
  assert.deepEqual(lines, [{ text: 'äöü' }, { n: 1 }]);
});

test('closing ends what is under way', async (t) => {
  const { connection } = await serving(t, {}, () => undefined);
  const pending = assert.rejects(connection.send(asked), (error) => isCode(error, 'StoreUnavailable'));
  await connection.close();
  await pending;
});

type Answer = (request: IncomingMessage, response: ServerResponse, n: number) => unknown;

async function serving(t: TestContext, clock: { sleep?: (ms: number) => Promise<void> }, answer: Answer, timeoutMs = 10_000) {
  let requests = 0;
  let renewals = 0;
  const server = createServer((request, response) => answer(request, response, ++requests)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection: Connection = openConnection({
    credentials: {
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      namespace: 'default',
      current: async () => ({ headers: { authorization: `Bearer ${renewals}` }, tls: {} }),
      renew() {
        renewals += 1;
      },
    },
    clock: { ...systemClock, ...clock },
    userAgent: 'stash-test',
    timeoutMs,
  });
  t.after(async () => {
    await connection.close();
    server.closeAllConnections();
    server.close();
  });
  return { connection, server, requests: () => requests, renewals: () => renewals };
}

test('a name that steps out of its place in a path reaches nothing', async (t) => {
  const { connection, requests } = await serving(t, {}, (_, response) => response.end('{}'));
  for (const name of ['../../prod/pods/db', '..', '.', 'a/../b'])
    await assert.rejects(
      connection.send({ ...asked, path: `/api/v1/namespaces/shop/pods/${name}` }),
      (error) => isCode(error, 'Invalid') && error.message.includes('read Repository demo/local'),
    );
  assert.equal(requests(), 0);
  await connection.send({ ...asked, path: '/api/v1/namespaces/shop/pods/a..b?x=..' });
});
