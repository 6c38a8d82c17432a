import type { Backend } from '../../../../api/backend.ts';
import type { Repository } from '../../../../api/repository.ts';

/** On a claim, unless said otherwise. */
export function localRepository(
  fields: Partial<NonNullable<Backend['local']>> = { persistentVolumeClaim: { claimName: 'backups' } },
  metadata: Partial<Repository['metadata']> = {},
): Repository {
  return {
    apiVersion: 'stash.appscode.com/v1alpha1',
    kind: 'Repository',
    metadata: { name: 'on-a-volume', namespace: 'shop', uid: '9a7c', ...metadata },
    spec: { backend: { storageSecretName: 'storage', local: { mountPath: '/safe/data', ...fields } } },
  };
}
