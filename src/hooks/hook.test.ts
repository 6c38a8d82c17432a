import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import type { HookHandler } from '../api/hooks.ts';
import { isCode, StashError } from '../errors/error.ts';
import { type HookControl, runHook } from './hook.ts';
import type { Summary } from './summary.ts';

const SUMMARY: Summary = {
  name: 'orders-1',
  namespace: 'demo',
  invoker: { apiGroup: 'stash.appscode.com', kind: 'BackupConfiguration', name: 'orders' },
  target: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'orders-db', namespace: 'demo' },
  status: { phase: 'Failed', duration: '2m', error: 'no "space"' },
  retryLeft: 0,
};

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

let server: Server;
let port: number;
let seen: Seen[] = [];

before(async () => {
  server = createServer(async (incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    seen.push({ method, url, headers, body: await text(incoming) });
    if (url.startsWith('/slow')) return;
    const status = Number(/^\/(\d+)/.exec(url)?.[1] ?? 200);
    const location = url === '/302/round' ? url : /to=(.*)$/.exec(url)?.[1];
    outgoing.writeHead(status, location ? { location } : {}).end('answer');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => {
  seen = [];
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function run(hook: HookHandler, control: Partial<HookControl> = {}): Promise<void> {
  const exec: HookControl['exec'] = () => assert.fail('no command was asked for');
  return runHook(hook, SUMMARY, { signal: new AbortController().signal, timeoutMs: 10_000, exec, ...control });
}

function rejectsWith(promise: Promise<void>, code: 'HookFailed' | 'Invalid' | 'Canceled', named: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => isCode(error, code) && named.test(error.message));
}

test('httpGet sends its path and headers, repeated ones too', async () => {
  const httpHeaders = [
    { name: 'X-Token', value: 'a' },
    { name: 'X-Token', value: 'b' },
    { name: 'Host', value: 'orders.example' },
  ];
  await run({ httpGet: { port, path: 'ready?full=1', httpHeaders } });
  const [request] = seen;
  assert.equal(request?.method, 'GET');
  assert.equal(request?.url, '/ready?full=1');
  assert.equal(request?.headers['x-token'], 'a, b');
  assert.equal(request?.headers.host, 'orders.example');
  assert.equal(request?.headers['user-agent'], 'stash');
});

test('httpPost sends its body with the summary filled in', async () => {
  await run({ httpPost: { port, path: '/notify', body: '{"text": {{ printf "%s: %s" .Name .Status.Error | toJson }}}' } });
  assert.deepEqual(JSON.parse(seen[0]?.body ?? ''), { text: 'orders-1: no "space"' });
  assert.equal(seen[0]?.headers['content-type'], 'application/json');
});

test('httpPost keeps the content type a header gives', async () => {
  await run({ httpPost: { port, body: 'a: 1', httpHeaders: [{ name: 'Content-Type', value: 'application/yaml' }] } });
  assert.equal(seen[0]?.headers['content-type'], 'application/yaml');
});

test('httpPost sends a form', async () => {
  const form = [
    { key: 'name', values: ['john doe'] },
    { key: 'age', values: ['28', '29'] },
  ];
  await run({ httpPost: { port, form, body: 'ignored' } });
  assert.equal(seen[0]?.body, 'name=john+doe&age=28&age=29');
  assert.equal(seen[0]?.headers['content-type'], 'application/x-www-form-urlencoded');
});

test('an answer from 200 to 399 is success, any other fails without telling the path', async () => {
  for (const status of [200, 204, 301, 304, 399]) await run({ httpGet: { port, path: `/${status}` } });
  for (const status of [400, 404, 500, 503]) {
    const failed = run({ httpGet: { port, path: `/${status}/secret` } });
    await rejectsWith(failed, 'HookFailed', new RegExp(`^GET to http://127.0.0.1:${port} was answered with status ${status}$`));
  }
});

test('redirects on the same host are followed to the answer that counts', async () => {
  await run({ httpGet: { port, path: '/302?to=/200/there' } });
  assert.equal(seen.at(-1)?.url, '/200/there');
  await rejectsWith(run({ httpGet: { port, path: '/302?to=/404' } }), 'HookFailed', /status 404/);
  await run({ httpPost: { port, path: '/307?to=/200', body: 'x' } });
  assert.deepEqual([seen.at(-1)?.method, seen.at(-1)?.body], ['POST', 'x']);
  await rejectsWith(run({ httpGet: { port, path: '/302/round' } }), 'HookFailed', /more than 10 times/);
});

test('a redirect to another host ends there, as in Stash', async () => {
  await run({ httpGet: { port, path: '/302?to=http://elsewhere.invalid/' } });
  assert.equal(seen.length, 1);
});

test('an unreachable server fails with what was tried', async () => {
  const closed = createTcpServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const free = (closed.address() as AddressInfo).port;
  closed.close();
  await once(closed, 'close');
  await rejectsWith(
    run({ httpGet: { port: free, path: '/secret' } }),
    'HookFailed',
    /^GET to http:\/\/127\.0\.0\.1:\d+ failed: .*ECONNREFUSED/,
  );
  await rejectsWith(run({ tcpSocket: { port: free } }), 'HookFailed', /^opening a connection to 127\.0\.0\.1:\d+ failed: .*ECONNREFUSED/);
  await rejectsWith(run({ httpGet: { host: 'nowhere.invalid', port: 80 } }), 'HookFailed', /nowhere\.invalid/);
});

test('tcpSocket succeeds where somebody listens', async () => {
  await run({ tcpSocket: { port } });
  await run({ tcpSocket: { host: 'localhost', port: String(port) } });
});

test('a hook that takes too long fails, and one that is stopped is canceled', async () => {
  await rejectsWith(run({ httpGet: { port, path: '/slow' } }, { timeoutMs: 200 }), 'HookFailed', /did not end within 0\.2 s/);
  const stop = new AbortController();
  const waiting = run({ httpGet: { port, path: '/slow' } }, { signal: stop.signal });
  server.once('request', () => stop.abort());
  await rejectsWith(waiting, 'Canceled', /stopped/);
  await rejectsWith(run({ tcpSocket: { port } }, { signal: AbortSignal.abort() }), 'Canceled', /stopped/);
});

test('exec hands its command, filled in, to whoever can run it', async () => {
  const calls: unknown[] = [];
  const exec: HookControl['exec'] = async (command, { containerName }) => {
    calls.push({ command, containerName });
    return { exitCode: 0, output: '' };
  };
  await run({ exec: { command: ['sh', '-c', 'echo {{ .Target.Name }}'] }, containerName: 'mysql' }, { exec });
  assert.deepEqual(calls, [{ command: ['sh', '-c', 'echo orders-db'], containerName: 'mysql' }]);
});

test('exec fails with the status and the end of the output', async () => {
  const exec: HookControl['exec'] = async () => ({ exitCode: 7, output: 'one\ntwo\nthree\nread only file system\n' });
  const failed = run({ exec: { command: ['true'] } }, { exec });
  await rejectsWith(failed, 'HookFailed', /ended with status 7: two\nthree\nread only file system$/);
});

test('exec says where a command failed, and what a wait that took too long was for', async () => {
  const failing: HookControl['exec'] = async () => ({ exitCode: 7, output: 'no\n', where: 'container db of pod shop/db-1' });
  await rejectsWith(
    run({ exec: { command: ['true'] } }, { exec: failing }),
    'HookFailed',
    /status 7 in container db of pod shop\/db-1: no$/,
  );
  const waiting: HookControl['exec'] = (_command, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new StashError('HookFailed', 'pod shop/db-1 is not there'))));
  const late = run({ exec: { command: ['true'] } }, { exec: waiting, timeoutMs: 50 });
  await rejectsWith(late, 'HookFailed', /did not end within 0\.05 s: pod shop\/db-1 is not there$/);
});

test('a template that is wrong sends nothing', async () => {
  await rejectsWith(run({ httpPost: { port, body: '{{ .Name }} {{ .Oops }}' } }), 'Invalid', /field "Oops"/);
  assert.equal(seen.length, 0);
});
