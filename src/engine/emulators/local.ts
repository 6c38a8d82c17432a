import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartStorage } from './storage.ts';

export const startLocal: StartStorage = async (folder) => ({
  backend: { local: { mountPath: join(folder, 'repository') } },
  secret: {},
  destroy: () => rm(join(folder, 'repository'), { recursive: true }),
});
