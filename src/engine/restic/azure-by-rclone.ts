import { run } from '../../process/run.ts';
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
  const {
    AZURE_ACCOUNT_NAME: account = '',
    AZURE_ACCOUNT_KEY: key,
    AZURE_ACCOUNT_SAS: sas,
    AZURE_ENDPOINT_SUFFIX: suffix,
    ...env
  } = access.env;
  const [, container = '', prefix = ''] = /^azure:([^:]*):(.*)$/.exec(access.url) ?? [];
  // rclone puts the account in front of it.
  const endpoint = `blob.${suffix ?? 'core.windows.net'}`;
  const connections = access.flags.map((flag) => /^azure\.connections=(\d+)$/.exec(flag)?.[1]).find((count) => count !== undefined);
  const certificate = access.files.RESTIC_CACERT;
  return {
    url: `rclone:stash:${container}/${prefix.replace(/^\/+/, '')}`,
    env: {
      ...env,
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_STASH_TYPE: 'azureblob',
      ...(sas === undefined
        ? { RCLONE_CONFIG_STASH_ACCOUNT: account, RCLONE_CONFIG_STASH_ENDPOINT: endpoint }
        : { RCLONE_CONFIG_STASH_SAS_URL: `https://${account}.${endpoint}/${container}?${sas.replace(/^\?/, '')}` }),
      ...(key === undefined || sas !== undefined ? {} : { RCLONE_CONFIG_STASH_KEY: key }),
    },
    files: certificate === undefined ? access.files : { ...access.files, RCLONE_CA_CERT: certificate },
    flags: ['-o', `rclone.program=${rclonePath}`, ...(connections === undefined ? [] : ['-o', `rclone.connections=${connections}`])],
  };
}
