import { type Dispatcher, WebSocket } from 'undici';
import { StashError } from '../../errors/error.ts';

export interface SocketRequest {
  /** With its query. */
  path: string;
  /** Subprotocols, the preferred one first. */
  protocols: readonly string[];
  /** Closes it. */
  signal: AbortSignal;
}

interface SocketOptions extends SocketRequest {
  server: string;
  headers: Readonly<Record<string, string>>;
  dispatcher: Dispatcher;
  /** For the opening. */
  timeoutMs: number;
}

/** Resolves when the socket is open; messages come as ArrayBuffers. Throws StoreUnavailable when it does not open. */
export async function openSocket({ server, path, protocols, signal, headers, dispatcher, timeoutMs }: SocketOptions): Promise<WebSocket> {
  const url = `${server.replace(/^http/, 'ws')}${path}`;
  const socket = new WebSocket(url, { protocols: [...protocols], headers, dispatcher });
  socket.binaryType = 'arraybuffer';
  const close = () => socket.close();
  const late = AbortSignal.timeout(timeoutMs);
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const fail = (detail: string, cause?: unknown) =>
    reject(new StashError('StoreUnavailable', `the API server ${server} did not open a stream: ${detail}`, { cause }));
  const onStop = () => {
    close();
    fail(signal.aborted ? 'it was stopped' : `not within ${timeoutMs / 1000} s`);
  };
  socket.addEventListener('open', () => resolve(socket));
  // Its text is the same for every refusal.
  socket.addEventListener('error', (event) => fail(event.message, event.error));
  socket.addEventListener('close', () => {
    fail('it was closed');
    signal.removeEventListener('abort', close);
  });
  const either = AbortSignal.any([signal, late]);
  either.addEventListener('abort', onStop, { once: true });
  if (either.aborted) onStop();
  try {
    const open = await promise;
    signal.addEventListener('abort', close, { once: true });
    return open;
  } finally {
    either.removeEventListener('abort', onStop);
  }
}
