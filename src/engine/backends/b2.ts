import type { Backend } from '../../api/backend.ts';
import { connections, type Place, type Secret } from './secret.ts';

export function b2(spec: NonNullable<Backend['b2']>, secret: Secret): Place {
  return {
    url: `b2:${spec.bucket}:/${spec.prefix ?? ''}`,
    env: { B2_ACCOUNT_ID: secret.required('B2_ACCOUNT_ID'), B2_ACCOUNT_KEY: secret.required('B2_ACCOUNT_KEY') },
    flags: connections('b2', spec.maxConnections),
  };
}
