import { EventEmitter, once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import { startRest } from '../../../engine/emulators/rest.ts';

/** A real REST storage behind a door that a test can shut. */
export interface FaultyStorage {
  /** The backend, and the keys of its secret besides the password. */
  backend: Record<string, unknown>;
  secret: Record<string, string>;
  /** `full` and `readOnly` refuse what would change something; `down` answers nobody; `slow` takes no data until it is something else. */
  is(state: State): void;
  stop(): Promise<void>;
}

type State = 'well' | 'full' | 'readOnly' | 'down' | 'slow';

export async function faultyStorage(folder: string): Promise<FaultyStorage | { missing: string }> {
  const rest = await startRest(folder);
  if ('missing' in rest) return rest;
  const behind = new URL((rest.backend.rest as { url: string }).url);
  let state: State = 'well';
  const changed = new EventEmitter();
  const server = createServer(async (incoming, outgoing) => {
    while (state === 'slow' && incoming.url?.includes('/data/')) await once(changed, 'state');
    if (state === 'down') return void incoming.socket.destroy();
    const changes = incoming.method === 'POST' || incoming.method === 'DELETE';
    if (changes && (state === 'full' || state === 'readOnly')) return refuse(outgoing, state === 'full' ? 507 : 403);
    const { method, url: path, headers } = incoming;
    const forwarded = request({ host: behind.hostname, port: behind.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    backend: { rest: { url: `http://127.0.0.1:${address.port}${behind.pathname}` } },
    secret: rest.secret,
    is: (wanted) => {
      const waiting = state === 'slow';
      state = wanted;
      changed.emit('state');
      if (!waiting) server.closeAllConnections();
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await rest.stop?.();
    },
  };
}

function refuse(outgoing: ServerResponse, status: number): void {
  outgoing.writeHead(status);
  outgoing.end();
}
