import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, isFound } from '../../platform/tools/locate.ts';
import { accessOf } from '../backends/access.ts';
import type { Absent, StartStorage, TestStorage } from '../emulators/storage.ts';
import type { Engine, RepositoryAccess, RunControl } from '../engine.ts';
import { createRestic } from '../restic/restic.ts';

/** restic, a storage and folders of its own: what a suite works with. */
type ResticOptions = Parameters<typeof createRestic>[0];

export interface Bench {
  engine: Engine;
  /** The driver with other settings. */
  engineWith(options: Partial<ResticOptions>): Engine;
  resticPath: string;
  storage: TestStorage;
  folder: string;
  access(secret?: Record<string, string>): RepositoryAccess;
  control(more?: Partial<RunControl>): RunControl;
  close(): Promise<void>;
}

const PASSWORD = 'repository-password';

export async function openBench(start: StartStorage): Promise<Bench | Absent> {
  const restic = await findTool('restic');
  if (!isFound(restic)) return { missing: `${restic.missing}; ${restic.remedy}` };
  const folder = mkdtempSync(join(tmpdir(), 'stash-engine-'));
  for (const name of ['cache', 'tmp', 'home', 'storage']) mkdirSync(join(folder, name), { mode: 0o700 });
  const storage = await start(join(folder, 'storage'));
  if ('missing' in storage) {
    await rm(folder, { recursive: true });
    return storage;
  }
  const rclone = await findTool('rclone');
  const options: ResticOptions = {
    path: restic.path,
    ...(isFound(rclone) ? { rclonePath: rclone.path } : {}),
    cacheDir: join(folder, 'cache'),
    tmpDir: join(folder, 'tmp'),
    baseEnv: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: join(folder, 'home') },
    patience: { openingMs: 2_000, workingMs: 2_000, refusals: 2 },
  };
  const repository = { name: 'repo', namespace: 'test', spec: { backend: { storageSecretName: 'storage', ...storage.backend } } };
  return {
    engine: createRestic(options),
    engineWith: (more) => createRestic({ ...options, ...more }),
    resticPath: restic.path,
    storage,
    folder,
    access: (secret = {}) => accessOf(repository, { RESTIC_PASSWORD: PASSWORD, ...storage.secret, ...secret }),
    control: (more = {}) => ({ signal: new AbortController().signal, timeoutMs: 60_000, ...more }),
    close: async () => {
      await storage.stop?.();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
