import { hostname } from 'node:os';
import { StashError } from '../../errors/error.ts';
import type { Engine, RepositoryAccess, RunControl } from '../engine.ts';
import { argv } from './argv.ts';
import { backup, save } from './backup.ts';
import { check } from './check.ts';
import { type ResticSettings, runRestic } from './command.ts';
import { forget, prune } from './forget.ts';
import { locks, removeAllLocks } from './locks.ts';
import { findLine, messages, readDocument } from './messages.ts';
import { removeRepository } from './remove.ts';
import { load, restore } from './restore.ts';
import { retain } from './retain.ts';
import { DEFAULT_PATIENCE } from './retry-watch.ts';
import { snapshots, stats } from './snapshots.ts';
import { resticVersion } from './version.ts';

/** `cacheDir` and `tmpDir` must be private; `path` is the restic program. */
type ResticOptions = Pick<ResticSettings, 'path' | 'cacheDir' | 'tmpDir' | 'baseEnv'> & Partial<ResticSettings>;

/** The engine port by way of the restic program, 0.19 or newer. Holds no state and needs no end. */
export function createRestic(options: ResticOptions): Engine {
  const settings: ResticSettings = { hostname: hostname(), patience: DEFAULT_PATIENCE, rclonePath: 'rclone', ...options };
  return {
    version: () => resticVersion(settings.path, settings.baseEnv),
    open: (access, run) => open(settings, access, run),
    init: (access, run) => init(settings, access, run),
    backup: (access, request, run) => backup(settings, access, request, run),
    save: (access, request, run) => save(settings, access, request, run),
    load: (access, request, run) => load(settings, access, request, run),
    snapshots: (access, filter, run) => snapshots(settings, access, filter, run),
    restore: (access, request, run) => restore(settings, access, request, run),
    forgetPlan: async (access, policy, filter, run) => retain(await snapshots(settings, access, filter, run), policy),
    forget: (access, ids, run) => forget(settings, access, ids, run),
    prune: (access, request, run) => prune(settings, access, request, run),
    check: (access, request, run) => check(settings, access, request, run),
    stats: (access, run) => stats(settings, access, run),
    locks: (access, run) => locks(settings, access, run),
    removeAllLocks: (access, run) => removeAllLocks(settings, access, run),
    removeRepository: (access, run) => removeRepository(settings, access, run),
  };
}

async function open(settings: ResticSettings, access: RepositoryAccess, run: RunControl): Promise<{ id: string }> {
  const ran = await runRestic(settings, access, { args: argv.open(), quiet: true }, run);
  return { id: readDocument(messages.config, ran.stdout, 'cat config').id };
}

async function init(settings: ResticSettings, access: RepositoryAccess, run: RunControl): Promise<{ id: string }> {
  const ran = await runRestic(settings, access, { args: argv.init() }, run);
  const made = findLine(messages.initialized, ran.stdout);
  if (made === undefined) throw new StashError('Internal', 'restic init ended well but named no repository');
  return { id: made.id };
}
