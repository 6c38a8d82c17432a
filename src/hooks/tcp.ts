import { once } from 'node:events';
import { connect } from 'node:net';
import { StashError } from '../errors/error.ts';
import type { Endpoint } from './endpoint.ts';
import { reasonOf } from './failure.ts';

/** Opens a connection and closes it at once. Throws HookFailed if it cannot be opened. */
export async function openSocket({ host, port }: Endpoint, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal });
  } catch (cause) {
    throw new StashError('HookFailed', `opening a connection to ${host}:${port} failed: ${reasonOf(cause)}`, { cause });
  } finally {
    socket.destroy();
  }
}
