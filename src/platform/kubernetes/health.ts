import { Hono } from 'hono';
import type { Exposition } from '../../metrics/exposition.ts';
import { metricsRoute } from '../metrics-route.ts';
import { serveHttp } from '../serve-http.ts';

interface Health {
  /** It knows the cluster: leading, or waiting to. */
  ready: boolean;
}

/** `/healthz`: the process answers. `/readyz`: it works. `/metrics`: what it does. Resolves with what closes it. */
export async function serveHealth(health: Health, exposition: Exposition, port: number): Promise<() => Promise<void>> {
  const app = new Hono();
  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', (context) => (health.ready ? context.text('ok') : context.text('the cluster cannot be asked yet', 503)));
  app.route('/', metricsRoute(exposition));
  const server = await serveHttp(app, { port });
  return server.close;
}
