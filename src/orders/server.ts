import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer, type Server as TlsServer } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ErrorCode } from '../errors/catalogue.ts';
import { asStashError, StashError } from '../errors/error.ts';
import type { AgentDesk } from './desk.ts';
import { mostBytes } from './limits.ts';
import { AGENT_HEADER, PROTOCOL } from './protocol.ts';
import { pollReader } from './read-poll.ts';

/** Both PEM; the certificate with what leads to its CA, if there is more than one step. */
export interface ServingCertificate {
  key: string;
  cert: string;
}

/** A private unix socket (mode 0600), or a port (0: any) with TLS. `host` absent: all addresses. */
type Listen = { socketPath: string } | { port: number; host?: string; certificate: ServingCertificate };

/** Settles when this token may speak for this agent; TokenRefused when nobody knows it, AgentNotAllowed when the key is not its own. */
export type Authenticate = (token: string, agent: string) => Promise<void>;

export interface AgentServer {
  /** Undefined on a socket. */
  readonly port: number | undefined;
  /** For connections that are made from now on; those that are open stay. */
  replaceCertificate(certificate: ServingCertificate): void;
  /** Nobody can connect any more, and polls that are held end. */
  close(): Promise<void>;
}

/** Serves the desk to agents. Who asks is known before what it says is read. */
export async function serveDesk(
  desk: AgentDesk,
  { listen, authenticate }: { listen: Listen; authenticate: Authenticate },
): Promise<AgentServer> {
  const app = deskApp(desk, authenticate);
  if ('socketPath' in listen) {
    rmSync(listen.socketPath, { force: true });
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    await listening(server, () => server.listen(listen.socketPath));
    chmodSync(listen.socketPath, 0o600);
    return agentServer(server, () => undefined);
  }
  const serverOptions = { ...listen.certificate, minVersion: 'TLSv1.3' as const, ALPNCallback: spokenHere };
  const server = createAdaptorServer({ fetch: app.fetch, createServer, serverOptions }) as TlsServer;
  await listening(server, () => server.listen(listen.port, listen.host));
  return agentServer(server, (certificate) => server.setSecureContext({ ...certificate, minVersion: 'TLSv1.3' }));
}

function deskApp(desk: AgentDesk, authenticate: Authenticate): Hono {
  const read = pollReader();
  const app = new Hono<{ Variables: { agent: string } }>();
  app.onError((thrown, context) => {
    const error = asStashError(thrown);
    return context.text(error.message, STATUS[error.code] ?? (error.transient ? 503 : 500));
  });
  app.use('/v1/agents/poll', async (context, next) => {
    const agent = context.req.header(AGENT_HEADER);
    const token = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    if (token === undefined) throw new StashError('TokenRefused', 'the request carries no token');
    if (agent === undefined) throw new StashError('Invalid', `the request does not say which agent it is from (${AGENT_HEADER})`);
    await authenticate(token, agent);
    context.set('agent', agent);
    const maxSize = mostBytes(agent);
    const onError = () => {
      throw new StashError('ReportTooLarge', `the request of ${agent} is larger than ${maxSize} bytes`);
    };
    const length = context.req.header('content-length');
    if (length === undefined || context.req.header('transfer-encoding') !== undefined)
      return bodyLimit({ maxSize, onError })(context, next);
    // As agents send it. `bodyLimit` would make a web stream of the body first, which is in memory for as long as the poll is held.
    return Number(length) > maxSize ? onError() : next();
  });
  app.post('/v1/agents/poll', async (context) => {
    // Of the context it would be kept, as text too, until the poll is answered.
    const body: unknown = await context.req.raw.json().catch((cause: unknown) => {
      if (cause instanceof SyntaxError) throw new StashError('Invalid', `the request is not JSON: ${cause.message}`, { cause });
      throw cause;
    });
    // An agent of another version may send what is not known here, so that comes first.
    const { protocol } = (body ?? {}) as { protocol?: unknown };
    if (protocol !== PROTOCOL && protocol !== PROTOCOL - 1)
      throw new StashError('Invalid', `protocol ${String(protocol)} is not spoken here; ${PROTOCOL} is`);
    const request = read(body);
    const agent = context.get('agent');
    if (request.agent !== agent) throw new StashError('Invalid', `the request of ${agent} says that it is from ${request.agent}`);
    return context.json(await desk.poll(request, context.req.raw.signal));
  });
  return app as unknown as Hono;
}

const STATUS: Partial<Record<ErrorCode, 400 | 401 | 403 | 409 | 413>> = {
  Invalid: 400,
  TokenRefused: 401,
  AgentNotAllowed: 403,
  AgentReplaced: 409,
  ReportTooLarge: 413,
};

/**
 * What Node would have an HTTPS server answer by itself, except that it would keep a copy of the list for each connection, in a piece of the
 * pool that small buffers are cut from: few of them hold all of it, 14 kB a connection while a thousand come.
 */
function spokenHere({ protocols }: { protocols: string[] }): string | undefined {
  return protocols.find((protocol) => protocol === 'http/1.1');
}

function listening(server: Server | TlsServer, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    listen();
  });
}

function agentServer(server: Server | TlsServer, replaceCertificate: AgentServer['replaceCertificate']): AgentServer {
  const address = server.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    replaceCertificate,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
