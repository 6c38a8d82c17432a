import type { Backend } from '../../api/backend.ts';
import { type Place, refuseCredentials, type Secret } from './secret.ts';

/** Stash wrote user and password into the URL; here they travel by environment, which names the same repository. */
export function rest(spec: NonNullable<Backend['rest']>, secret: Secret): Place {
  refuseCredentials('spec.backend.rest.url', spec.url);
  const user = secret.optional('REST_SERVER_USERNAME');
  const password = secret.optional('REST_SERVER_PASSWORD');
  return {
    url: `rest:${spec.url}`,
    env: {
      ...(user === undefined ? {} : { RESTIC_REST_USERNAME: user }),
      ...(password === undefined ? {} : { RESTIC_REST_PASSWORD: password }),
    },
  };
}
