import type { Backend } from '../../api/backend.ts';
import type { Place, Secret } from './secret.ts';

// Keystone v1, v2, v3, application credentials and tokens: which of them are there says how to log in.
const KEYS = [
  'ST_AUTH',
  'ST_USER',
  'ST_KEY',
  'OS_AUTH_URL',
  'OS_REGION_NAME',
  'OS_USERNAME',
  'OS_PASSWORD',
  'OS_TENANT_ID',
  'OS_TENANT_NAME',
  'OS_USER_DOMAIN_NAME',
  'OS_PROJECT_NAME',
  'OS_PROJECT_DOMAIN_NAME',
  'OS_APPLICATION_CREDENTIAL_ID',
  'OS_APPLICATION_CREDENTIAL_NAME',
  'OS_APPLICATION_CREDENTIAL_SECRET',
  'OS_STORAGE_URL',
  'OS_AUTH_TOKEN',
] as const;

export function swift(spec: NonNullable<Backend['swift']>, secret: Secret): Place {
  // The prefix is not tidied up: restic keeps a second slash here, and so Stash's objects have it.
  return { url: `swift:${spec.container}:/${spec.prefix ?? ''}`, env: secret.pick(KEYS) };
}
