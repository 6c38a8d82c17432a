import { type Dispatcher, request, type WebSocket } from 'undici';
import { StashError } from '../../errors/error.ts';
import type { Clock } from '../../runtime/clock.ts';
import { apiError } from './api-error.ts';
import type { Credentials } from './credentials.ts';
import { jsonLines } from './json-lines.ts';
import { openSocket, type SocketRequest } from './socket.ts';
import { Transport } from './transport.ts';

export interface ApiRequest {
  /** What is attempted, for messages: "create Repository demo/local". */
  what: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  /** `application/json` when absent. */
  contentType?: string;
  /** Form the answer is asked for in; JSON of the whole object when absent. */
  accept?: string | undefined;
  signal?: AbortSignal;
}

/** An API server, as far as one request goes. All errors are StashErrors; a refusal by the server is an ApiError. */
export interface Connection {
  readonly server: string;
  /** The namespace that is meant where none is named. */
  readonly namespace: string;
  send<T>(request: ApiRequest): Promise<{ status: number; body: T }>;
  /** The answer line by line, until the server ends it. Fails when nothing comes for `silenceMs`. */
  lines(request: ApiRequest & { signal: AbortSignal }, silenceMs: number): AsyncIterable<unknown>;
  /** The answer as it comes, for what is not JSON: the log of a container. */
  bytes(request: ApiRequest & { signal: AbortSignal }): AsyncIterable<Buffer>;
  /** A stream in both directions, once it is open. Throws when the server does not open it, which does not tell why. */
  socket(request: SocketRequest): Promise<WebSocket>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

interface ConnectionOptions {
  credentials: Credentials;
  clock: Pick<Clock, 'sleep'>;
  /** Sent as User-Agent and shown in audit logs and managed fields. */
  userAgent: string;
  /** How long a request may take, in milliseconds. */
  timeoutMs?: number;
}

export function openConnection({ credentials, clock, userAgent, timeoutMs = 30_000 }: ConnectionOptions): Connection {
  const transport = new Transport(credentials);
  const closed = new AbortController();
  const { server, namespace } = credentials;

  const once = async (asked: ApiRequest, silenceMs?: number): Promise<Dispatcher.ResponseData> => {
    const access = await credentials.current();
    const signals = [closed.signal, ...(asked.signal === undefined ? [] : [asked.signal])];
    // Logs are text.
    const headers = { accept: asked.accept ?? 'application/json, */*', 'user-agent': userAgent, ...access.headers };
    const ask = (signal: AbortSignal) =>
      request(urlOf(server, asked), {
        method: asked.method,
        dispatcher: transport.dispatcher(access, silenceMs === undefined ? 'requests' : 'watches'),
        headersTimeout: timeoutMs,
        bodyTimeout: silenceMs ?? timeoutMs,
        signal,
        ...(asked.body === undefined
          ? { headers }
          : { headers: { ...headers, 'content-type': asked.contentType ?? 'application/json' }, body: JSON.stringify(asked.body) }),
      });
    return await (silenceMs === undefined ? withDeadline(ask, signals, timeoutMs) : ask(AbortSignal.any(signals)));
  };

  /** The first answer that is a success. */
  const accepted = async (asked: ApiRequest, silenceMs?: number): Promise<Dispatcher.ResponseData> => {
    let renewed = false;
    for (let busy = 0; ; ) {
      const answer = await once(asked, silenceMs);
      if (answer.statusCode < 300) return answer;
      const body = parsed(await answer.body.text());
      if (answer.statusCode === 401 && !renewed) {
        renewed = true;
        credentials.renew();
      } else if (answer.statusCode === 429 && busy < MOST_BUSY) {
        // Flow control: nothing was done yet.
        busy += 1;
        await clock.sleep(1000 * (Number(answer.headers['retry-after']) || 1), asked.signal);
      } else throw apiError(asked.what, answer.statusCode, body);
    }
  };

  const send = async <T>(asked: ApiRequest): Promise<{ status: number; body: T }> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await accepted(asked);
        return { status: answer.statusCode, body: (await answer.body.json()) as T };
      } catch (error) {
        // A kept connection that the server has closed meanwhile shows at the next use; reading once more harms nobody.
        if (attempt === 1 && asked.method === 'GET' && codeOf(error) === 'UND_ERR_SOCKET') continue;
        throw connectionError(asked, server, error);
      }
    }
  };

  async function* lines(asked: ApiRequest & { signal: AbortSignal }, silenceMs: number): AsyncGenerator<unknown> {
    try {
      yield* jsonLines((await accepted(asked, silenceMs)).body);
    } catch (error) {
      throw connectionError(asked, server, error);
    }
  }

  async function* bytes(asked: ApiRequest & { signal: AbortSignal }): AsyncGenerator<Buffer> {
    try {
      yield* (await accepted(asked, MAY_BE_SILENT)).body;
    } catch (error) {
      throw connectionError(asked, server, error);
    }
  }

  const socket = async (asked: SocketRequest): Promise<WebSocket> => {
    checkPath('open a stream', asked.path);
    const access = await credentials.current();
    const headers = { 'user-agent': userAgent, ...access.headers };
    const signal = AbortSignal.any([closed.signal, asked.signal]);
    return openSocket({ ...asked, server, headers, dispatcher: transport.dispatcher(access, 'watches'), signal, timeoutMs });
  };

  const close = () => {
    closed.abort();
    return transport.close();
  };
  return { server, namespace, send, lines, bytes, socket, close };
}

/**
 * Aborts what is asked unless its answer has been read by then. `AbortSignal.timeout` would be in memory until that time has passed, with
 * all that listens to it: 1.4 kB for each request of the last half minute.
 */
async function withDeadline(
  ask: (signal: AbortSignal) => Promise<Dispatcher.ResponseData>,
  signals: AbortSignal[],
  ms: number,
): Promise<Dispatcher.ResponseData> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms).unref();
  try {
    const answer = await ask(AbortSignal.any([...signals, late.signal]));
    answer.body.once('close', () => clearTimeout(timer));
    return answer;
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}

const MOST_BUSY = 5;
/** For undici: no limit. */
const MAY_BE_SILENT = 0;

function urlOf(server: string, { what, path, query = {} }: Pick<ApiRequest, 'what' | 'path' | 'query'>): string {
  checkPath(what, path);
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]));
  return pairs.length === 0 ? `${server}${path}` : `${server}${path}?${new URLSearchParams(pairs)}`;
}

/** Steps up in a path would be resolved before it is sent, and another object than the one that is meant be reached. */
function checkPath(what: string, path: string): void {
  const steps = (path.split('?')[0] ?? '').split('/');
  if (steps.some((step) => step === '.' || step === '..'))
    throw new StashError('Invalid', `could not ${what}: ${JSON.stringify(path)} is no path of an object`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function connectionError({ what, signal }: ApiRequest, server: string, error: unknown): unknown {
  if (error instanceof StashError || signal?.aborted) return error;
  const detail = error instanceof Error ? error.message || codeOf(error) : String(error);
  return new StashError('StoreUnavailable', `could not ${what}: the API server ${server} cannot be reached or does not answer: ${detail}`, {
    cause: error,
    remedy: 'Check that the API server runs and that its address in the kubeconfig is right; nothing has to be done if it is restarting.',
  });
}
