import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

interface HttpServer {
  readonly port: number;
  /** Those that are asking are cut off. */
  close(): Promise<void>;
}

/** Plain HTTP, until it is closed. Port 0: any; without a host: all addresses. Rejects when the address cannot be had. */
export async function serveHttp(app: Hono, address: { port: number; host?: string }): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
