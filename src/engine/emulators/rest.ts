import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool, isFound } from '../../platform/tools/locate.ts';
import { freePort } from '../../process/free-port.ts';
import { folderObjects } from './folder-objects.ts';
import { startServer } from './server.ts';
import type { StartStorage } from './storage.ts';

export const startRest: StartStorage = async (folder) => {
  const rclone = await findTool('rclone');
  if (!isFound(rclone)) return { missing: rclone.missing };
  const port = await freePort();
  const data = join(folder, 'data');
  await mkdir(data);
  const server = await startServer({
    command: rclone.path,
    args: ['serve', 'restic', '--addr', `127.0.0.1:${port}`, '--user', 'backup', '--pass', 'rest-secret', '--cache-objects=false', data],
    env: { RCLONE_CONFIG: join(folder, 'rclone.conf') },
    port,
  });
  return {
    backend: { rest: { url: `http://127.0.0.1:${port}/shop/` } },
    secret: { REST_SERVER_USERNAME: 'backup', REST_SERVER_PASSWORD: 'rest-secret' },
    wrongSecret: { REST_SERVER_USERNAME: 'backup', REST_SERVER_PASSWORD: 'not-this-one' },
    ...folderObjects(join(data, 'shop')),
    destroy: () => rm(join(data, 'shop'), { recursive: true }),
    stop: server.stop,
  };
};
