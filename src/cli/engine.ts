import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { createRestic } from '../engine/restic/restic.ts';
import { StashError } from '../errors/error.ts';
import { defaultPlaces, findTool, isFound } from '../platform/tools/locate.ts';
import type { Cli } from './cli.ts';

/** The engine for commands that read a repository themselves. Throws ToolMissing. */
export async function openEngine(cli: Pick<Cli, 'env'>, dataDir: string): Promise<Engine> {
  const places = { ...defaultPlaces(), env: cli.env };
  const [tool, rclone] = await Promise.all([findTool('restic', places), findTool('rclone', places)]);
  if (!isFound(tool)) throw new StashError('ToolMissing', tool.missing, { remedy: tool.remedy });
  // Not the cache of the agents: this may be run by another user.
  const cacheDir = join(dataDir, 'cli', 'cache');
  const tmpDir = join(dataDir, 'cli', 'tmp');
  for (const directory of [cacheDir, tmpDir]) await mkdir(directory, { recursive: true, mode: 0o700 });
  const rclonePath = isFound(rclone) ? { rclonePath: rclone.path } : {};
  return createRestic({ path: tool.path, cacheDir, tmpDir, baseEnv: baseEnv(cli.env), ...rclonePath });
}

/** What a child process may have of our environment: nothing that could hold a secret. */
function baseEnv(env: Cli['env']): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG'].map((name) => [name, env[name]] as const);
  return Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
