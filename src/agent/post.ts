import { type Agent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

interface PostOptions {
  /** Keeps the connections, and knows how they are made. */
  agent: Agent;
  /** Of a server on this machine, in the place of the URL's host. */
  socketPath?: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
}

/** Until there is a connection, with TLS where it is spoken. */
const CONNECT_MS = 10_000;
/** Longer than any poll is held. */
const SILENCE_MS = 60_000;

/**
 * One POST; rejects when there is no whole answer. Node's own client, since an agent idles in every pod of somebody else's: undici alone
 * is a third of its memory (28 of 84 MB).
 */
export async function post(url: string, { body, signal, ...options }: PostOptions): Promise<{ status: number; said: string }> {
  const sent: RequestOptions = {
    ...options,
    method: 'POST',
    signal,
    headers: { ...options.headers, 'content-length': String(Buffer.byteLength(body)) },
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps(url, sent) : requestHttp(url, sent);
    const late = setTimeout(() => request.destroy(new Error(`no connection within ${CONNECT_MS / 1_000} seconds`)), CONNECT_MS);
    const connected = () => clearTimeout(late);
    request.on('socket', (socket) => {
      if (!socket.connecting) return connected();
      socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', connected);
    });
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`no answer within ${SILENCE_MS / 1_000} seconds`)));
    request.once('close', connected);
    request.once('error', reject);
    request.once('response', resolve);
    request.end(body);
  });
  return { status: answer.statusCode ?? 0, said: await text(answer) };
}
