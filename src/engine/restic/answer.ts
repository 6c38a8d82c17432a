import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess } from '../engine.ts';

/**
 * Throws StorageUnreachable where nobody has answered for `patienceMs`. Only for Google Cloud Storage and Azure, whose libraries go on
 * trying without a word that could be read; elsewhere restic tells of its retries.
 */
export async function requireAnswer(access: RepositoryAccess, patienceMs: number, signal: AbortSignal): Promise<void> {
  const endpoint = silentEndpoint(access);
  if (endpoint === undefined) return;
  const { host, port } = endpoint;
  let problem: string | undefined;
  for (let left = patienceMs; left > 0 && !signal.aborted; left -= 1_000) {
    problem = await knock(host, port, Math.min(left, 5_000));
    if (problem === undefined) return;
    await delay(Math.min(left, 1_000));
  }
  if (problem !== undefined) throw new StashError('StorageUnreachable', `the storage does not answer at ${host}:${port}: ${problem}`);
}

/** Where a connection is opened to for a storage whose library keeps silent: the proxy, where there is one. */
export function silentEndpoint({ url, env }: RepositoryAccess): { host: string; port: number } | undefined {
  const [kind] = url.split(':');
  if (kind === 'gs') return parse(env.STORAGE_EMULATOR_HOST ?? env.HTTPS_PROXY ?? 'https://storage.googleapis.com');
  if (kind !== 'azure') return undefined;
  return parse(env.HTTPS_PROXY ?? `https://${env.AZURE_ACCOUNT_NAME}.blob.${env.AZURE_ENDPOINT_SUFFIX ?? 'core.windows.net'}`);
}

function parse(address: string): { host: string; port: number } {
  const url = new URL(/^\w+:\/\//.test(address) ? address : `http://${address}`);
  const standard = url.protocol === 'https:' ? 443 : 80;
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? standard : Number(url.port) };
}

async function knock(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
  } finally {
    socket.destroy();
  }
}
