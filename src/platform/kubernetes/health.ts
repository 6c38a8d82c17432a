import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';

interface Health {
  /** It knows the cluster: leading, or waiting to. */
  ready: boolean;
}

/** `/healthz`: the process answers. `/readyz`: it works. Resolves with what closes it. */
export async function serveHealth(health: Health, port: number): Promise<() => Promise<void>> {
  const app = new Hono();
  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', (context) => (health.ready ? context.text('ok') : context.text('the cluster cannot be asked yet', 503)));
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
}
