import type { RestoreBatch } from '../../api/restore-batch.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { restoreLabels } from '../../api/session-labels.ts';
import { hash5, label } from '../../rules/names.ts';

/** The RestoreSession of one member; its name follows from the batch, so that it is made once. */
export function memberSession(batch: RestoreBatch, index: number): RestoreSession {
  const { spec, metadata } = batch;
  const { members: _members, executionOrder: _order, hooks: _hooks, ...shared } = spec;
  const member = spec.members?.[index] ?? {};
  const namespace = metadata.namespace ?? '';
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: {
      name: `${label(metadata.name, 40)}-${index}-${hash5([metadata.uid ?? '', index])}`,
      namespace,
      labels: restoreLabels(member.target?.ref, namespace),
      ownerReferences: [
        {
          apiVersion: batch.apiVersion,
          kind: batch.kind,
          name: metadata.name,
          uid: metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { ...shared, ...member },
  };
}
