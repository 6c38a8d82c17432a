/** Who a token of the cluster says that somebody is. */
export interface Identity {
  namespace: string;
  serviceAccount: string;
  /** Of tokens that are bound to a pod. */
  pod?: { name: string; uid: string };
}

/** `status` of a TokenReview (authentication.k8s.io/v1). */
export interface TokenReviewStatus {
  authenticated?: boolean;
  audiences?: string[];
  user?: { username?: string; extra?: Record<string, string[]> };
  error?: string;
}

/** Undefined unless the token is one of a ServiceAccount, valid, and made for this audience. */
export function identityOf({ authenticated, audiences, user }: TokenReviewStatus, audience: string): Identity | undefined {
  if (authenticated !== true || audiences?.includes(audience) !== true) return undefined;
  const [system, kind, namespace, serviceAccount, ...more] = (user?.username ?? '').split(':');
  if (system !== 'system' || kind !== 'serviceaccount' || !namespace || !serviceAccount || more.length > 0) return undefined;
  const [name] = user?.extra?.['authentication.kubernetes.io/pod-name'] ?? [];
  const [uid] = user?.extra?.['authentication.kubernetes.io/pod-uid'] ?? [];
  return { namespace, serviceAccount, ...(name === undefined || uid === undefined ? {} : { pod: { name, uid } }) };
}
