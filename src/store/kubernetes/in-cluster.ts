import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Access, Credentials } from './credentials.ts';

interface InClusterOptions {
  /** `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` of the pod. */
  host: string;
  port: string;
  /** Where the ServiceAccount's token, CA and namespace are mounted. */
  folder?: string;
  clock: Pick<Clock, 'monotonic'>;
}

/** What the kubelet gives each pod. It renews token and CA in place, so both are read again every half minute. */
export async function inClusterCredentials({ host, port, folder = FOLDER, clock }: InClusterOptions): Promise<Credentials> {
  const read = (name: string) => readMounted(join(folder, name));
  let known: { access: Access; since: number } | undefined;
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: await read('namespace'),
    async current() {
      if (known === undefined || clock.monotonic() - known.since > KEEP_MS) {
        const [token, ca] = await Promise.all([read('token'), read('ca.crt')]);
        known = { access: { headers: { authorization: `Bearer ${token}` }, tls: { ca } }, since: clock.monotonic() };
      }
      return known.access;
    },
    renew() {
      known = undefined;
    },
  };
}

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const KEEP_MS = 30_000;

async function readMounted(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new StashError('StoreUnavailable', `the pod's ServiceAccount could not be read: ${String(error)}`, {
      cause: error,
      remedy: 'Set automountServiceAccountToken of the pod to true, or give a kubeconfig.',
    });
  }
}
