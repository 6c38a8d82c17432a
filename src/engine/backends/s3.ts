import { posix } from 'node:path';
import type { Backend } from '../../api/backend.ts';
import { type Place, refuseCredentials, type Secret } from './secret.ts';

/** Without keys in the secret the machine's own role is used, as restic finds it. */
export function s3(spec: NonNullable<Backend['s3']>, secret: Secret): Place {
  refuseCredentials('spec.backend.s3.endpoint', spec.endpoint);
  const endpoint = spec.endpoint.replace(/\/+$/, '');
  return {
    url: `s3:${endpoint}/${posix.join(spec.bucket, spec.prefix ?? '').replace(/\/$/, '')}`,
    env: {
      ...secret.pick(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']),
      ...(spec.region === undefined || spec.region === '' ? {} : { AWS_DEFAULT_REGION: spec.region }),
    },
    flags: spec.insecureTLS === true ? ['--insecure-tls'] : [],
  };
}
