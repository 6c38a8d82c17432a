import { createHash, timingSafeEqual } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { AgentDesk } from './desk.ts';
import { type PollRequest, PROTOCOL } from './protocol.ts';

export interface AgentServer {
  close(): Promise<void>;
}

/** Serves the desk to agents on a private unix socket (mode 0600); every request carries the token. */
export async function serveDesk(desk: AgentDesk, options: { socketPath: string; token: string }): Promise<AgentServer> {
  const app = new Hono();
  app.use(async (context, next) => {
    const given = context.req.header('authorization') ?? '';
    if (!equal(given, `Bearer ${options.token}`)) return context.text("the token is not the operator's", 401);
    return next();
  });
  app.post('/v1/agents/poll', async (context) => {
    const request = await context.req.json<PollRequest>();
    if (request.protocol !== PROTOCOL && request.protocol !== PROTOCOL - 1)
      return context.text(`protocol ${request.protocol} is not spoken here; ${PROTOCOL} is`, 400);
    return context.json(await desk.poll(request, context.req.raw.signal));
  });
  rmSync(options.socketPath, { force: true });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.socketPath, resolve);
  });
  chmodSync(options.socketPath, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
