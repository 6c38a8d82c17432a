import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool, isFound } from '../../platform/tools/locate.ts';
import { freePort } from '../../process/free-port.ts';
import { startServer } from './server.ts';
import type { StartStorage } from './storage.ts';

/** Asks for no credentials, so that a wrong one is not refused either. */
export const startGcs: StartStorage = async (folder) => {
  const fake = await findTool('fake-gcs-server');
  if (!isFound(fake)) return { missing: fake.missing };
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const data = join(folder, 'data');
  await mkdir(data);
  const server = await startServer({
    command: fake.path,
    args: ['-backend', 'filesystem', '-filesystem-root', data, '-scheme', 'http', '-host', '127.0.0.1', '-port', `${port}`].concat([
      '-public-host',
      host,
      '-external-url',
      `http://${host}`,
    ]),
    port,
  });
  const made = await fetch(`http://${host}/storage/v1/b?project=test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'backups' }),
  });
  if (!made.ok) throw new Error(`fake-gcs-server made no bucket: ${await made.text()}`);
  return {
    backend: { gcs: { bucket: 'backups', prefix: '/shop/orders', maxConnections: 3 } },
    secret: { GOOGLE_PROJECT_ID: 'test', GOOGLE_ACCESS_TOKEN: 'gcs-token', STORAGE_EMULATOR_HOST: host },
    put: async (name) => {
      const object = encodeURIComponent(`shop/orders/${name}`);
      const answer = await fetch(`http://${host}/upload/storage/v1/b/backups/o?uploadType=media&name=${object}`, {
        method: 'POST',
        body: name,
      });
      if (!answer.ok) throw new Error(`fake-gcs-server took no object: ${await answer.text()}`);
    },
    list: async () => {
      const answer = await fetch(`http://${host}/storage/v1/b/backups/o?prefix=shop/orders/`);
      const { items = [] } = (await answer.json()) as { items?: { name: string }[] };
      return items.map((item) => item.name.slice('shop/orders/'.length));
    },
    destroy: () => rm(join(data, 'backups'), { recursive: true }),
    stop: server.stop,
  };
};
