import { createHash } from 'node:crypto';
import { StashError } from '../../../errors/error.ts';
import type { Authenticate } from '../../../orders/server.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Identity } from './identity.ts';
import { mayServe, type OwnAgents } from './may-serve.ts';

/** Asks the cluster whose token this is; undefined: nobody's. Rejects when it cannot be asked. */
export type Review = (token: string) => Promise<Identity | undefined>;

interface AuthenticateOptions {
  review: Review;
  own: OwnAgents;
  clock: Pick<Clock, 'monotonic'>;
}

const KNOWN_MS = 60_000;
const UNKNOWN_MS = 5_000;
const MOST_KEPT = 20_000;

interface Kept {
  identity: Promise<Identity | undefined>;
  until: number;
}

/** Agents of a cluster show a token of their pod. An answer is kept for a minute, under a hash; a refusal for five seconds. */
export function clusterAuthenticate({ review, own, clock }: AuthenticateOptions): Authenticate {
  const kept = new Map<string, Kept>();
  const identify = (token: string): Promise<Identity | undefined> => {
    const name = createHash('sha256').update(token).digest('base64');
    const known = kept.get(name);
    if (known !== undefined && clock.monotonic() < known.until) return known.identity;
    const asked: Kept = { identity: review(token), until: clock.monotonic() + KNOWN_MS };
    // Newest last, so that the oldest is the first to go.
    kept.delete(name);
    kept.set(name, asked);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    asked.identity.then(
      (identity) => {
        if (identity === undefined) asked.until = clock.monotonic() + UNKNOWN_MS;
      },
      () => {
        if (kept.get(name) === asked) kept.delete(name);
      },
    );
    return asked.identity;
  };
  return async (token, agent) => {
    const identity = await identify(token);
    if (identity === undefined) throw new StashError('TokenRefused', 'the cluster does not know this token, or not for this use');
    if (mayServe(identity, agent, own)) return;
    const who = `${identity.namespace}/${identity.pod?.name ?? identity.serviceAccount}`;
    throw new StashError('AgentNotAllowed', `pod ${who} may not be the agent ${agent}`);
  };
}
