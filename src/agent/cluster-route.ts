import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { StashError } from '../errors/error.ts';
import type { Route } from './client.ts';

export interface ClusterRoute {
  /** `https://HOST:PORT`; HOST is what the operator's certificate must be for. */
  url: string;
  tokenFile: string;
  caFile: string;
}

/**
 * The way to an operator in a cluster. Token and CA are mounted files that the cluster renews in place, so they are read again for every
 * poll; with another CA all connections are made anew, since what the old one vouched for may have ended with it.
 */
export function clusterRoute({ url, tokenFile, caFile }: ClusterRoute): Route {
  let used: { ca: string; agent: Agent } | undefined;
  return {
    url: url.replace(/\/+$/, ''),
    place: url,
    remedy: 'Check that the operator runs (kubectl get pods), that its Service has an endpoint, and that no NetworkPolicy is in the way.',
    current: async () => {
      const [token, ca] = await Promise.all([readMounted(tokenFile, 'the token'), readMounted(caFile, 'the CA')]);
      if (used?.ca !== ca) {
        used?.agent.destroy();
        // A resumed session would not look at the certificate again.
        const trust = { ca, minVersion: 'TLSv1.3' as const, rejectUnauthorized: true, maxCachedSessions: 0 };
        const agent = new Agent({ ...trust, keepAlive: true, maxSockets: MOST_CONNECTIONS });
        used = { ca, agent };
      }
      return { agent: used.agent, token };
    },
    close: async () => {
      used?.agent.destroy();
    },
  };
}

/** One for the poll that waits, one for the next while that is given up. */
const MOST_CONNECTIONS = 2;

async function readMounted(file: string, what: string): Promise<string> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (text === '') throw new Error('it is empty');
    return text;
  } catch (cause) {
    throw new StashError('OperatorUnreachable', `${what} for the operator cannot be read from ${file}: ${(cause as Error).message}`, {
      cause,
      remedy: 'Wait until the operator has written it for this namespace, and check that the volume is mounted.',
    });
  }
}
