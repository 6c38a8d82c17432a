import { createHash } from 'node:crypto';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Access, Credentials } from './credentials.ts';

/** Keeps connections to the server alive, and makes new ones when certificate or CA have changed. */
export class Transport {
  readonly #credentials: Credentials;
  #used: { print: string; requests: Dispatcher; watches: Dispatcher } | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** Watches have connections of their own: they are open for minutes, and must not take the requests' places. */
  dispatcher(access: Access, use: 'requests' | 'watches'): Dispatcher {
    const print = fingerprint(access);
    if (this.#used?.print !== print) {
      // Closes when what is under way has ended.
      void this.close();
      this.#used = { print, requests: this.#open(access, MOST_REQUESTS), watches: this.#open(access, undefined) };
    }
    return this.#used[use];
  }

  /** Resolves when the last request has ended. */
  async close(): Promise<void> {
    const used = this.#used;
    this.#used = undefined;
    await Promise.all([used?.requests.close(), used?.watches.close()]);
  }

  #open({ tls }: Access, connections: number | undefined): Dispatcher {
    // Over HTTP/2 all would share one connection, and its death would be everybody's.
    const options = { allowH2: false, keepAliveTimeout: IDLE_MS, ...(connections === undefined ? {} : { connections }) };
    // As other clients do: load balancers forget a silent connection after a minute.
    const connect = { timeout: CONNECT_MS, keepAlive: true, keepAliveInitialDelay: IDLE_MS };
    const { proxy, server } = this.#credentials;
    if (proxy !== undefined) return new ProxyAgent({ uri: proxy, requestTls: { ...connect, ...tls }, ...options });
    return new Pool(new URL(server).origin, { connect: { ...connect, ...tls }, ...options });
  }
}

const MOST_REQUESTS = 32;
const IDLE_MS = 30_000;
const CONNECT_MS = 10_000;

/** Headers are sent with each request, so only TLS asks for new connections. */
function fingerprint({ tls }: Access): string {
  const { ca, cert, key, servername, rejectUnauthorized } = tls;
  return createHash('sha256')
    .update(JSON.stringify([String(ca), String(cert), String(key), servername, rejectUnauthorized]))
    .digest('base64');
}
