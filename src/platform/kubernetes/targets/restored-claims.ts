import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { HostWork } from '../../../controllers/platform-port.ts';
import { isCode, StashError } from '../../../errors/error.ts';
import type { WantedClaim } from '../../../rules/claim-templates.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { nodeOfClaim, readClaim } from './claim.ts';

/**
 * Whether claims can be restored into: those of each host. Those that are there have to be usable; of those that are not, the first
 * host's are shown to the API server. Throws Invalid or Forbidden before anything is made.
 */
export async function checkClaims(connection: Connection, namespace: string, hosts: readonly (readonly WantedClaim[])[]): Promise<void> {
  for (const [index, claims] of hosts.entries())
    for (const claim of claims) {
      const found = await readClaim(connection, namespace, claim.name);
      if (found !== undefined) checkUsable(found);
      // They differ in their ordinals alone.
      else if (index === 0) await create(connection, namespace, claim, { dryRun: 'All' });
    }
}

/** Makes those that are not there. What is there is taken as it is: its data is the restore's to judge. Nothing here is ever deleted. */
export async function keepClaims(
  connection: Connection,
  namespace: string,
  claims: readonly WantedClaim[],
): Promise<V1PersistentVolumeClaim[]> {
  const kept: V1PersistentVolumeClaim[] = [];
  for (const claim of claims) {
    const found = (await readClaim(connection, namespace, claim.name)) ?? (await create(connection, namespace, claim));
    checkUsable(found);
    kept.push(found);
  }
  return kept;
}

/** The only node on which one pod can mount all of them now. Throws Invalid where that is none. */
export async function nodeOfClaims(
  connection: Connection,
  claims: readonly V1PersistentVolumeClaim[],
  direction: HostWork['direction'],
): Promise<string | undefined> {
  let first: { node: string; claim: string } | undefined;
  for (const claim of claims) {
    const node = await nodeOfClaim(connection, claim, direction);
    if (node === undefined) continue;
    const name = claim.metadata?.name ?? '';
    first ??= { node, claim: name };
    if (first.node === node) continue;
    throw new StashError(
      'Invalid',
      `pods have claim ${first.claim} on node ${first.node} and claim ${name} on node ${node}: no pod can have both`,
      {
        remedy: 'Stop the pods that use them.',
      },
    );
  }
  return first?.node;
}

function checkUsable({ metadata, spec, status }: V1PersistentVolumeClaim): void {
  const claim = `PersistentVolumeClaim ${metadata?.namespace}/${metadata?.name}`;
  if (metadata?.deletionTimestamp !== undefined)
    throw new StashError('Invalid', `${claim} is being deleted`, { remedy: 'Wait until it is gone, then restore again.' });
  if (status?.phase === 'Lost')
    throw new StashError('Invalid', `${claim} has lost its volume (phase Lost)`, { remedy: 'Delete it, then restore again.' });
  if (spec?.volumeMode === 'Block')
    throw new StashError('Invalid', `${claim} has volumeMode Block: files cannot be restored into it`, { remedy: 'Use another claim.' });
}

async function create(
  connection: Connection,
  namespace: string,
  { name, labels, annotations, spec }: WantedClaim,
  query: { dryRun?: 'All' } = {},
): Promise<V1PersistentVolumeClaim> {
  const what = `create PersistentVolumeClaim ${namespace}/${name}`;
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const body = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace, name, labels, annotations }, spec };
  try {
    return (await connection.send<V1PersistentVolumeClaim>({ what, method: 'POST', path, query, body })).body;
  } catch (error) {
    // Somebody else made it at this moment: it is as good as one that was there.
    const found = isCode(error, 'AlreadyExists') ? await readClaim(connection, namespace, name) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}
