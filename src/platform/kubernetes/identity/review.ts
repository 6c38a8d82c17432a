import type { Connection } from '../../../store/kubernetes/connection.ts';
import { TOKEN_AUDIENCE } from '../pods/agent-parts.ts';
import type { Review } from './authenticate.ts';
import { identityOf, type TokenReviewStatus } from './identity.ts';

/** A TokenReview. A token that is bound to a pod is refused by the cluster as soon as the pod is gone. */
export function tokenReview(connection: Pick<Connection, 'send'>): Review {
  return async (token) => {
    const { body } = await connection.send<{ status?: TokenReviewStatus }>({
      what: 'review the token of an agent',
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences: [TOKEN_AUDIENCE] } },
    });
    return identityOf(body.status ?? {}, TOKEN_AUDIENCE);
  };
}
