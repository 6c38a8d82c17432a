import { Hono } from 'hono';
import { asStashError } from '../errors/error.ts';
import type { Exposition } from '../metrics/exposition.ts';

/** `/metrics`, for Prometheus to scrape. 503 while the objects cannot be read: a scrape that failed is shown as one. */
export function metricsRoute(exposition: Exposition): Hono {
  const app = new Hono();
  app.onError((thrown, context) => context.text(`${asStashError(thrown).message}\n`, 503));
  app.get('/metrics', async () => {
    const pieces = (await exposition.scrape()).pipeThrough(new TextEncoderStream());
    return new Response(pieces, { headers: { 'content-type': exposition.contentType } });
  });
  return app;
}
