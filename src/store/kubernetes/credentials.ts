import type { ConnectionOptions } from 'node:tls';

/** Where an API server is and who asks it. */
export interface Credentials {
  /** For instance `https://127.0.0.1:6443`, without a slash at the end. */
  server: string;
  /** The namespace that is meant where none is named. */
  namespace: string;
  /** URL of a proxy on the way to the server. */
  proxy?: string;
  /** Asked before every request: tokens and certificates change while a program runs. Throws StoreUnavailable when they cannot be had. */
  current(): Promise<Access>;
  /** The server did not accept them: the next `current` reads them anew. */
  renew(): void;
}

export interface Access {
  headers: Readonly<Record<string, string>>;
  tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
}
