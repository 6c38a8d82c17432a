import { isIPv6 } from 'node:net';
import { Agent, request } from 'undici';
import { StashError } from '../errors/error.ts';
import type { HttpCall } from './endpoint.ts';
import { reasonOf } from './failure.ts';
import { mustVerify } from './trust.ts';

/** Throws HookFailed unless the answer's status is 200 to 399. */
export function sendGet(call: HttpCall, signal: AbortSignal): Promise<void> {
  return send(call, { method: 'GET', headers: call.headers }, signal);
}

/** As {@link sendGet}. A form goes before a body, and says what it is; a body is JSON if it reads as such, unless a header says otherwise. */
export function sendPost(call: HttpCall & { body?: string; form?: [string, string][] }, signal: AbortSignal): Promise<void> {
  const { headers, body, form } = call;
  if (form) {
    const others = headers.filter(([name]) => name.toLowerCase() !== 'content-type');
    const encoded = new URLSearchParams(form).toString();
    return send(
      call,
      { method: 'POST', headers: [...others, ['content-type', 'application/x-www-form-urlencoded']], body: encoded },
      signal,
    );
  }
  if (!body) return send(call, { method: 'POST', headers }, signal);
  const typed = has(headers, 'content-type') ? headers : [...headers, ['content-type', contentType(body)] satisfies [string, string]];
  return send(call, { method: 'POST', headers: typed, body }, signal);
}

interface Message {
  method: 'GET' | 'POST';
  headers: [string, string][];
  body?: string;
}

const MOST_REDIRECTS = 10;

async function send(call: HttpCall, message: Message, signal: AbortSignal): Promise<void> {
  // One connection for this hook, closed with it; proxies of the environment are not used, as in Stash.
  const agent = new Agent({ connections: 1, connect: { rejectUnauthorized: mustVerify(call.host) } });
  try {
    await follow(call, message, { agent, signal });
  } finally {
    await agent.destroy();
  }
}

async function follow(call: HttpCall, message: Message, { agent, signal }: { agent: Agent; signal: AbortSignal }): Promise<void> {
  let url = new URL(`${originOf(call)}${call.path}`);
  let next = message;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const { statusCode, headers, body } = await ask(url, next, call, { agent, signal });
    // The answer is not read: a server that sends without end must not keep the hook, and what it says may repeat a secret.
    body.on('error', () => undefined).destroy();
    if (statusCode < 200 || statusCode >= 400)
      throw new StashError('HookFailed', `${describe(message, call)} was answered with status ${statusCode}`);
    const target = redirectOf(statusCode, headers.location, url);
    if (!target || target.hostname !== url.hostname) return;
    url = target;
    if (statusCode !== 307 && statusCode !== 308) next = { method: 'GET', headers: message.headers };
  }
  throw new StashError('HookFailed', `${describe(message, call)} was redirected more than ${MOST_REDIRECTS} times`);
}

async function ask(url: URL, { method, headers, body }: Message, call: HttpCall, { agent, signal }: { agent: Agent; signal: AbortSignal }) {
  const all = has(headers, 'user-agent') ? headers : [...headers, ['user-agent', 'stash']];
  try {
    return await request(url.href, { method, headers: all.flat(), body: body ?? null, dispatcher: agent, signal });
  } catch (cause) {
    throw new StashError('HookFailed', `${describe({ method }, call)} failed: ${reasonOf(cause)}`, { cause, ...remedyFor(cause) });
  }
}

function remedyFor(cause: unknown): { remedy?: string } {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (!/CERT|ISSUER|SIGNATURE/.test(code)) return {};
  return { remedy: 'Name the CA of that server in NODE_EXTRA_CA_CERTS; inside the cluster use its name that ends in .svc.' };
}

/** A redirect to another host is where Stash stops too, and counts it as success. */
function redirectOf(status: number, location: string | string[] | undefined, base: URL): URL | undefined {
  if (status < 300 || typeof location !== 'string' || !URL.canParse(location, base.href)) return undefined;
  return new URL(location, base.href);
}

function has(headers: readonly [string, string][], name: string): boolean {
  return headers.some(([given]) => given.toLowerCase() === name);
}

function contentType(body: string): string {
  try {
    JSON.parse(body);
    return 'application/json';
  } catch {
    return 'text/plain; charset=utf-8';
  }
}

function originOf({ scheme, host, port }: HttpCall): string {
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Without the path: that of a webhook is its password. */
function describe({ method }: Pick<Message, 'method'>, call: HttpCall): string {
  return `${method} to ${originOf(call)}`;
}
