import type { AnyObject } from '../../api/object.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Lease, LeaseClient } from '../../runtime/leader-election/lease.ts';
import type { Connection } from './connection.ts';
import { incoming } from './incoming.ts';
import { objectPath } from './resource.ts';
import { unlessGone } from './unless-gone.ts';

/** A Lease of coordination.k8s.io/v1. The times are written for people; nobody decides by them. */
export function leaseClient(
  connection: Connection,
  { namespace, name, clock }: { namespace: string; name: string; clock: Pick<Clock, 'now'> },
): LeaseClient {
  const path = objectPath({ apiVersion: 'coordination.k8s.io/v1', plural: 'leases', namespaced: true }, { namespace, name });
  const text = `Lease ${namespace}/${name}`;
  /** What others may have put there, labels for instance, is sent back as it was. */
  let stored: LeaseObject | undefined;

  const object = (lease: Omit<Lease, 'version'>, version?: string): LeaseObject => {
    const now = `${clock.now().toISOString().slice(0, -1)}000Z`;
    const acquired = stored?.spec?.leaseTransitions === lease.transitions ? stored.spec.acquireTime : undefined;
    const metadata = { ...stored?.metadata, name, namespace };
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: version === undefined ? { name, namespace } : { ...metadata, resourceVersion: version },
      spec: {
        holderIdentity: lease.holder,
        leaseDurationSeconds: Math.max(1, Math.ceil(lease.durationMs / 1000)),
        leaseTransitions: lease.transitions,
        acquireTime: acquired ?? now,
        renewTime: now,
      },
    };
  };
  const taken = (body: LeaseObject): Lease => {
    stored = incoming(body, body) as LeaseObject;
    const { holderIdentity = '', leaseDurationSeconds = 1, leaseTransitions = 0 } = body.spec ?? {};
    return {
      holder: holderIdentity,
      durationMs: leaseDurationSeconds * 1000,
      transitions: leaseTransitions,
      version: body.metadata.resourceVersion ?? '',
    };
  };

  return {
    async read(signal) {
      const found = await unlessGone(connection.send<LeaseObject>({ what: `read ${text}`, method: 'GET', path, signal }));
      return found && taken(found.body);
    },
    async create(lease, signal) {
      const body = object(lease);
      const collection = path.slice(0, path.lastIndexOf('/'));
      return taken((await connection.send<LeaseObject>({ what: `create ${text}`, method: 'POST', path: collection, body, signal })).body);
    },
    async update(lease, signal) {
      const body = object(lease, lease.version);
      return taken((await connection.send<LeaseObject>({ what: `renew ${text}`, method: 'PUT', path, body, signal })).body);
    },
  };
}

interface LeaseObject extends AnyObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    leaseTransitions?: number;
    acquireTime?: string;
    renewTime?: string;
  };
}
