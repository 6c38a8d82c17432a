import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool, isFound } from '../../platform/tools/locate.ts';
import { freePort } from '../../process/free-port.ts';
import { folderObjects } from './folder-objects.ts';
import { startServer } from './server.ts';
import type { StartStorage } from './storage.ts';

export const startS3: StartStorage = async (folder) => {
  const gateway = await findTool('versitygw');
  if (!isFound(gateway)) return { missing: gateway.missing };
  const port = await freePort();
  const data = join(folder, 'data');
  await mkdir(data);
  const server = await startServer({
    command: gateway.path,
    args: ['--port', `127.0.0.1:${port}`, 'posix', data],
    env: { ROOT_ACCESS_KEY: 'test-key-id', ROOT_SECRET_KEY: 's3-secret-key' },
    port,
  });
  return {
    backend: { s3: { endpoint: `http://127.0.0.1:${port}`, bucket: 'backups', prefix: 'shop/orders', region: 'us-east-1' } },
    secret: { AWS_ACCESS_KEY_ID: 'test-key-id', AWS_SECRET_ACCESS_KEY: 's3-secret-key' },
    wrongSecret: { AWS_ACCESS_KEY_ID: 'test-key-id', AWS_SECRET_ACCESS_KEY: 'not-this-one' },
    ...folderObjects(join(data, 'backups', 'shop', 'orders')),
    destroy: () => rm(join(data, 'backups'), { recursive: true }),
    stop: server.stop,
  };
};
