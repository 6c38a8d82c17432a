import { getCACertificates } from 'node:tls';
import { EnvHttpProxyAgent, request } from 'undici';
import { asStashError, StashError } from '../../errors/error.ts';
import type { RepositoryAccess, RunControl } from '../engine.ts';
import { FOLDERS, isOwn, type OwnObjects } from './own-objects.ts';

const ACCEPT = 'application/vnd.x.restic.rest.v2';
/** Milliseconds for one request. */
const PATIENCE_MS = 60_000;

type Method = 'GET' | 'HEAD' | 'DELETE';
type Answer = { status: number; text: string };

/** By the protocol of restic's REST servers, which has every object under a URL. Folders are the server's own affair. */
export function restObjects(access: RepositoryAccess, control: RunControl): OwnObjects {
  const base = access.url.replace(/^rest:/, '').replace(/\/*$/, '/');
  if (!/^https?:\/\//.test(base)) throw new StashError('BackendUnsupported', `objects cannot be removed at ${access.url}`);
  const ask = async (method: Method, path: string): Promise<Answer> => {
    const dispatcher = dispatcherOf(access);
    try {
      const signal = AbortSignal.any([control.signal, AbortSignal.timeout(PATIENCE_MS)]);
      const answer = await request(`${base}${path}`, { method, dispatcher, signal, headers: headersOf(access) });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      if (control.signal.aborted) throw new StashError('Canceled', `${method} ${path} was stopped because its run was canceled`, { cause });
      throw new StashError('StorageUnreachable', `${method} ${base}${path} failed: ${asStashError(cause).message}`, { cause });
    } finally {
      await dispatcher.close();
    }
  };
  return {
    list: async () => {
      const config = await ask('HEAD', 'config');
      const names = found(config, 'HEAD', 'config') ? ['config'] : [];
      for (const folder of FOLDERS) {
        const answer = await ask('GET', `${folder}/`);
        if (found(answer, 'GET', folder)) names.push(...readNames(answer.text, folder).map((name) => `${folder}/${name}`));
      }
      return names.filter(isOwn);
    },
    remove: async (names) => {
      for (const name of names) found(await ask('DELETE', pathOf(name)), 'DELETE', name);
    },
    tidy: async () => undefined,
  };
}

/** False where there is none; throws where the server says anything but that. */
function found({ status }: Answer, method: Method, name: string): boolean {
  if (status >= 200 && status < 300) return true;
  if (status === 404) return false;
  const what = `the REST server answers ${method} ${name} with ${status}`;
  if (status === 401) throw new StashError('StorageDenied', what);
  if (status === 403 || status === 405)
    throw new StashError('StorageDenied', what, { remedy: 'Let the server remove objects: it may be append-only for these credentials.' });
  throw new StashError(status >= 500 ? 'StorageUnreachable' : 'CommandFailed', what);
}

/** Version 2 of the protocol lists objects with their sizes, version 1 names alone; an empty folder may be `null`. */
function readNames(text: string, folder: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(text) ?? [];
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list)) throw new StashError('CommandFailed', `the REST server lists ${folder} in a form that is not known`);
  return list.map((each: unknown) => (typeof each === 'object' && each !== null && 'name' in each ? String(each.name) : String(each)));
}

/** The server spreads data over folders itself. */
function pathOf(name: string): string {
  return name.replace(/^data\/[0-9a-f]{2}\//, 'data/');
}

function headersOf({ env }: RepositoryAccess): Record<string, string> {
  const { RESTIC_REST_USERNAME: user, RESTIC_REST_PASSWORD: password } = env;
  const login = user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
  return { accept: ACCEPT, ...login };
}

function dispatcherOf({ env, files, flags }: RepositoryAccess): EnvHttpProxyAgent {
  // restic trusts the certificates of the system, where no other one is given.
  const ca = files.RESTIC_CACERT ?? [...getCACertificates('default'), ...getCACertificates('system')];
  const tls = { ca, rejectUnauthorized: !flags.includes('--insecure-tls') };
  return new EnvHttpProxyAgent({
    httpProxy: env.HTTP_PROXY ?? '',
    httpsProxy: env.HTTPS_PROXY ?? '',
    noProxy: env.NO_PROXY ?? '',
    connect: tls,
    requestTls: tls,
  });
}
