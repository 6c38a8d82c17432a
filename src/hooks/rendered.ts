import type { HookHandler } from '../api/hooks.ts';
import { StashError } from '../errors/error.ts';
import { endpointOf, type HttpCall } from './endpoint.ts';
import { type Summary, templateRoot } from './summary.ts';
import { renderTemplate } from './template/render.ts';

/** One of the four, filled in and checked. */
interface RenderedHook {
  exec?: string[];
  httpGet?: HttpCall;
  httpPost?: HttpCall & { body?: string; form?: [string, string][] };
  tcpSocket?: { host: string; port: number };
  containerName?: string;
}

/** The hook with its templates filled in: those in the command of `exec` and in the body of `httpPost`, as in Stash. Throws Invalid. */
export function renderHook(hook: HookHandler, summary: Summary): RenderedHook {
  const { exec, httpGet, httpPost, tcpSocket, containerName } = hook;
  const given = [exec, httpGet, httpPost, tcpSocket].filter((action) => action !== undefined);
  if (given.length !== 1)
    throw new StashError('Invalid', `a hook has ${given.length} of exec, httpGet, httpPost, tcpSocket; it must have one`);
  const root = templateRoot(summary);
  if (exec) return { exec: commandOf(exec.command).map((part) => renderTemplate(part, root)), ...(containerName && { containerName }) };
  if (httpGet) return { httpGet: endpointOf('httpGet', httpGet) };
  if (tcpSocket) return { tcpSocket: endpointOf('tcpSocket', tcpSocket) };
  const { body, form } = httpPost ?? {};
  return {
    httpPost: {
      ...endpointOf('httpPost', httpPost ?? { port: 0 }),
      ...(body !== undefined && { body: renderTemplate(body, root) }),
      ...(form &&
        form.length > 0 && { form: form.flatMap(({ key = '', values = [] }) => values.map((value): [string, string] => [key, value])) }),
    },
  };
}

/**
 * Throws Invalid for a hook that can never work: tells when a manifest is applied what would otherwise fail at night. Fills in the templates
 * for a success and for a failure, since their branches differ.
 */
export function checkHook(hook: HookHandler): void {
  for (const [phase, error] of [
    ['Succeeded', ''],
    ['Failed', 'error'],
  ] as const) {
    const named = { name: 'name', kind: 'Kind', namespace: 'namespace' };
    const invoker = { ...named, apiGroup: 'stash.appscode.com' };
    const target = { ...named, apiVersion: 'v1' };
    renderHook(hook, { name: 'name', namespace: 'namespace', invoker, target, status: { phase, duration: '1s', error }, retryLeft: 0 });
  }
}

function commandOf(command: readonly string[] = []): readonly string[] {
  if (command.length === 0) throw new StashError('Invalid', 'a hook has exec without a command');
  return command;
}
