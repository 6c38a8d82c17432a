import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { test } from 'node:test';
import { isCode, type StashError } from '../../errors/error.ts';
import { restObjects } from './objects-by-rest.ts';

const ID = 'a1'.repeat(32);
const control = { signal: new AbortController().signal, timeoutMs: 10_000 };

/** A server that answers so, until `use` is done. */
async function serving(answer: RequestListener, use: (objects: ReturnType<typeof restObjects>) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const env = { RESTIC_REST_USERNAME: 'me', RESTIC_REST_PASSWORD: 'secret' };
  await use(restObjects({ url: `rest:http://127.0.0.1:${port}/shop`, env, files: {}, flags: [] }, control)).finally(() => server.close());
}

test('both versions of the protocol are read, and an object of data is asked for without its folder', async () => {
  const asked: string[] = [];
  await serving(
    ({ method, url, headers }, response) => {
      asked.push(`${method} ${url}`);
      assert.equal(headers.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
      if (url === '/shop/keys/') response.end(JSON.stringify([{ name: ID, size: 1 }]));
      else if (url === '/shop/index/') response.end(JSON.stringify([ID, 'somebody-elses']));
      else if (url === '/shop/data/') response.end('null');
      else if (url === '/shop/config' || method === 'DELETE') response.end();
      else response.writeHead(404).end();
    },
    async (objects) => {
      assert.deepEqual(await objects.list(), ['config', `index/${ID}`, `keys/${ID}`]);
      await objects.remove([`data/a1/${ID}`, 'config']);
    },
  );
  assert.deepEqual(asked.slice(-2), [`DELETE /shop/data/${ID}`, 'DELETE /shop/config']);
});

test('a server that does not remove says so as StorageDenied, one that is ill as StorageUnreachable', async () => {
  const cases: [status: number, code: StashError['code'], remedy: RegExp][] = [
    [401, 'StorageDenied', /credentials/],
    [403, 'StorageDenied', /append-only/],
    [405, 'StorageDenied', /append-only/],
    [502, 'StorageUnreachable', /endpoint/],
  ];
  for (const [status, code, remedy] of cases) {
    await serving(
      (_, response) => response.writeHead(status).end(),
      (objects) =>
        assert.rejects(objects.remove(['config']), (error) => {
          assert.ok(isCode(error, code), `${error}`);
          assert.match(error.message, new RegExp(`DELETE config with ${status}`));
          assert.match(error.remedy, remedy);
          return true;
        }),
    );
  }
});
