import type { Backend } from '../../api/backend.ts';
import { connections, type Place, type Secret } from './secret.ts';

export function azure(spec: NonNullable<Backend['azure']>, secret: Secret): Place {
  const suffix = secret.optional('AZURE_ENDPOINT_SUFFIX');
  return {
    url: `azure:${spec.container}:/${spec.prefix ?? ''}`,
    env: secret.pick(['AZURE_ACCOUNT_NAME', 'AZURE_ACCOUNT_KEY', 'AZURE_ACCOUNT_SAS', 'AZURE_ENDPOINT_SUFFIX']),
    flags: [...connections('azure', spec.maxConnections), ...(suffix === undefined || isAzureCloud(suffix) ? [] : NAMED_TIER)],
  };
}

// In Azure itself restic's empty tier means the account's own, which must stay the owner's choice. Others refuse the empty header
// with 400, which restic then retries for minutes.
const NAMED_TIER = ['-o', 'azure.access-tier=Hot'];

function isAzureCloud(suffix: string): boolean {
  return /^(?:core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|core\.cloudapi\.de)$/.test(suffix);
}
