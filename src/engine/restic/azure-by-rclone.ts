import { run } from '../../process/run.ts';
import { rcloneRemote } from '../backends/rclone.ts';
import type { RepositoryAccess } from '../engine.ts';
import type { ResticSettings } from './command.ts';

/** The access as this restic can use it. */
export async function supported(settings: ResticSettings, access: RepositoryAccess): Promise<RepositoryAccess> {
  if (!access.url.startsWith('azure:') || !(await lacksAzure(settings))) return access;
  return azureByRclone(access, settings.rclonePath);
}

/** It takes some 20 ms, since the address is looked at before anything else. */
async function lacksAzure(settings: ResticSettings): Promise<boolean> {
  const ran = await run({
    command: settings.path,
    args: ['-r', 'azure:none:/', 'cat', 'config', '--no-cache', '--insecure-no-password'],
    env: settings.baseEnv,
    signal: AbortSignal.timeout(20_000),
  });
  return /invalid backend/.test(ran.stderrTail);
}

/** The same repository by way of rclone, which restic starts and which lays the objects out alike. */
export function azureByRclone(access: RepositoryAccess, rclonePath: string): RepositoryAccess {
  const remote = rcloneRemote(access);
  const own = Object.entries(access.env).filter(([name]) => !name.startsWith('AZURE_'));
  const connections = access.flags.map((flag) => /^azure\.connections=(\d+)$/.exec(flag)?.[1]).find((count) => count !== undefined);
  return {
    url: `rclone:${remote.path}`,
    env: { ...Object.fromEntries(own), ...remote.env },
    files: { ...access.files, ...remote.files },
    flags: ['-o', `rclone.program=${rclonePath}`, ...(connections === undefined ? [] : ['-o', `rclone.connections=${connections}`])],
  };
}
