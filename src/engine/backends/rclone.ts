import { posix } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess } from '../engine.ts';

/** The same storage as rclone sees it, by a remote that exists in the environment alone. */
interface RcloneRemote {
  /** `stash:bucket/prefix`; for SFTP an absolute path. */
  path: string;
  /** Secrets among it. */
  env: Record<string, string>;
  /** As in RepositoryAccess. */
  files: Record<string, string>;
  /** Whether its folders exist by themselves and stay when they are empty. */
  hasFolders: boolean;
}

type Settings = Record<string, string | undefined>;

/** Where the access leads, for rclone. Throws BackendUnsupported for what rclone has no counterpart of, or reaches under another name. */
export function rcloneRemote(access: RepositoryAccess): RcloneRemote {
  const [kind = '', rest = ''] = access.url.split(/:(.*)/s);
  switch (kind) {
    case 's3':
      return s3(access, rest);
    case 'gs':
      return gcs(access, rest);
    case 'azure':
      return azure(access, rest);
    case 'swift':
      return swift(access, rest);
    case 'sftp':
      return sftp(access);
    default:
      throw new StashError('BackendUnsupported', `rclone is not used for ${access.url}`);
  }
}

function s3(access: RepositoryAccess, rest: string): RcloneRemote {
  // The path is taken as it is written: in a URL some of it would be encoded.
  const [, server = '', path = ''] = /^((?:https?:\/\/)?[^/]*)\/(.*)$/s.exec(rest) ?? [];
  const url = new URL(/^https?:/.test(server) ? server : `https://${server}`);
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token, AWS_DEFAULT_REGION: given } = access.env;
  const amazon = /(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(url.hostname);
  const region = given ?? /(?:^|\.)s3[.-]([a-z]{2}-[a-z-]+-\d)\.amazonaws/.exec(url.hostname)?.[1] ?? 'us-east-1';
  return remote(access, path, {
    type: 's3',
    provider: amazon ? 'AWS' : 'Other',
    ...(id === undefined ? { env_auth: 'true' } : { access_key_id: id, secret_access_key: secret, session_token: token }),
    // Amazon's one name for all regions is left out: rclone then asks in the region of the bucket.
    endpoint: amazon && url.hostname === 's3.amazonaws.com' ? undefined : url.origin,
    region,
    force_path_style: /\.aliyuncs\.com$/.test(url.hostname) ? 'false' : 'true',
    no_check_bucket: 'true',
  });
}

function gcs(access: RepositoryAccess, rest: string): RcloneRemote {
  const { GOOGLE_ACCESS_TOKEN: token, GOOGLE_PROJECT_ID: project, STORAGE_EMULATOR_HOST: emulator } = access.env;
  const account = access.files.GOOGLE_APPLICATION_CREDENTIALS;
  const settings = {
    type: 'google cloud storage',
    project_number: project,
    token: token === undefined ? undefined : JSON.stringify({ access_token: token, token_type: 'Bearer' }),
    env_auth: token === undefined && account === undefined ? 'true' : undefined,
    endpoint: emulator === undefined ? undefined : `${/^https?:/.test(emulator) ? emulator : `http://${emulator}`}/storage/v1/`,
  };
  const files = account === undefined || token !== undefined ? {} : { [variable('service_account_file')]: account };
  return remote(access, bucketPath(rest), settings, files);
}

function azure(access: RepositoryAccess, rest: string): RcloneRemote {
  const { AZURE_ACCOUNT_NAME: account, AZURE_ACCOUNT_KEY: key, AZURE_ACCOUNT_SAS: sas, AZURE_ENDPOINT_SUFFIX: suffix } = access.env;
  // rclone puts the account in front of it.
  const endpoint = `blob.${suffix ?? 'core.windows.net'}`;
  const path = bucketPath(rest);
  return remote(access, path, {
    type: 'azureblob',
    ...(sas === undefined
      ? { account, endpoint, key }
      : { sas_url: `https://${account}.${endpoint}/${path.split('/')[0]}?${sas.replace(/^\?/, '')}` }),
  });
}

/** Credentials are found by the names that restic has for them too. */
function swift(access: RepositoryAccess, rest: string): RcloneRemote {
  const [container = '', prefix = ''] = rest.split(/:\/?(.*)/s);
  if (prefix.startsWith('/') || prefix.includes('//'))
    throw new StashError('BackendUnsupported', `rclone cannot name objects below ${access.url}: their names have an empty part`);
  const found = remote(access, posix.join(container, prefix), { type: 'swift', env_auth: 'true' });
  const names = Object.entries(access.env).filter(([name]) => /^(?:OS|ST)_/.test(name));
  return { ...found, env: { ...Object.fromEntries(names), ...found.env } };
}

function sftp(access: RepositoryAccess): RcloneRemote {
  const url = new URL(access.url);
  const { SFTP_PRIVATE_KEY: key = '', SFTP_KNOWN_HOSTS: hosts = '' } = access.files;
  const settings = {
    type: 'sftp',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? '22' : url.port,
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    host_key_algorithms: hostKeyAlgorithms(hosts),
    // No commands are run on the server.
    shell_type: 'none',
    disable_hashcheck: 'true',
  };
  const files = { [variable('key_file')]: key, [variable('known_hosts_file')]: hosts };
  // After `sftp://host:22/` the path is as it was given, and not encoded.
  const path = /^sftp:\/\/[^/]*\/(.*)$/s.exec(access.url)?.[1] ?? '';
  return { ...remote(access, path, settings, files), hasFolders: true };
}

/** Else rclone asks for a kind of key that may not be the one that is known. Older ones leave it out of account. */
function hostKeyAlgorithms(knownHosts: string): string | undefined {
  const types = [...knownHosts.matchAll(/(?:^|\s)((?:ssh|ecdsa|sk)-[\w@.-]+)\s/g)].map((match) => match[1] ?? '');
  const names = types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', type] : [type]));
  return names.length === 0 ? undefined : [...new Set(names)].join(' ');
}

function remote(access: RepositoryAccess, path: string, settings: Settings, files: Record<string, string> = {}): RcloneRemote {
  const given = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[variable(name), value]]));
  const proxies = Object.entries(access.env).filter(([name]) => /_PROXY$/.test(name));
  const certificate = access.files.RESTIC_CACERT;
  return {
    path: `stash:${path}`,
    env: {
      ...Object.fromEntries(proxies),
      RCLONE_CONFIG: '/dev/null',
      ...Object.fromEntries(given),
      ...(access.flags.includes('--insecure-tls') ? { RCLONE_NO_CHECK_CERTIFICATE: 'true' } : {}),
    },
    files: { ...files, ...(certificate === undefined ? {} : { RCLONE_CA_CERT: certificate }) },
    hasFolders: false,
  };
}

/** As restic reads `bucket:/prefix`. */
function bucketPath(rest: string): string {
  const [bucket = '', prefix = ''] = rest.split(/:(.*)/s);
  return posix.join(bucket, prefix).replace(/\/$/, '');
}

function variable(name: string): string {
  return `RCLONE_CONFIG_STASH_${name.toUpperCase()}`;
}
