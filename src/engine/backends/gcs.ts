import type { Backend } from '../../api/backend.ts';
import { connections, type Place, type Secret } from './secret.ts';

export function gcs(spec: NonNullable<Backend['gcs']>, secret: Secret): Place {
  const account = secret.optional('GOOGLE_SERVICE_ACCOUNT_JSON_KEY');
  return {
    url: `gs:${spec.bucket}:/${spec.prefix ?? ''}`,
    env: secret.pick(['GOOGLE_PROJECT_ID', 'GOOGLE_ACCESS_TOKEN', 'STORAGE_EMULATOR_HOST']),
    files: account === undefined ? {} : { GOOGLE_APPLICATION_CREDENTIALS: account },
    flags: connections('gs', spec.maxConnections),
  };
}
