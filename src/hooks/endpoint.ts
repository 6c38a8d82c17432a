import type { Static } from 'typebox';
import type { HttpGetAction, TcpSocketAction } from '../api/kubernetes/probe.ts';
import { StashError } from '../errors/error.ts';

export interface Endpoint {
  host: string;
  port: number;
}

export interface HttpCall extends Endpoint {
  scheme: 'http' | 'https';
  /** Begins with a slash; may carry a query. Often holds a secret, so it never appears in a message. */
  path: string;
  headers: [string, string][];
}

type HttpFields = Static<typeof HttpGetAction>;
type TcpFields = Static<typeof TcpSocketAction>;

/** Where a hook's action goes, with Stash's defaults; without a host it is this machine. Throws Invalid. */
export function endpointOf(action: 'httpGet' | 'httpPost' | 'tcpSocket', fields: HttpFields | TcpFields): HttpCall {
  const { host, port, path = '/', scheme = 'HTTP', httpHeaders = [] }: HttpFields = fields;
  return {
    host: host || '127.0.0.1',
    port: portOf(action, port),
    scheme: scheme === 'HTTPS' ? 'https' : 'http',
    path: path.startsWith('/') ? path : `/${path}`,
    headers: httpHeaders.map(({ name, value }) => [name, value]),
  };
}

/** A name stands for a port of a container, and there is none on one machine. A number in quotes is taken as Stash takes it. */
function portOf(action: string, port: string | number): number {
  const number = /^\d+$/.test(String(port)) ? Number(port) : Number.NaN;
  if (number >= 1 && number <= 65_535) return number;
  const accepted = Number.isNaN(number) ? 'a port name needs a container; give its number' : 'accepted are 1 to 65535';
  throw new StashError('Invalid', `${action}.port "${port}" of the hook is not valid: ${accepted}`);
}
