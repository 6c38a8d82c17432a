import type { V1Pod } from '@kubernetes/client-node';
import type { HostRestoreStats, RestoreSession, RestoreSessionStatus } from '../../../../api/restore-session.ts';
import type { WorkloadKind } from '../../sidecar/workload.ts';
import type { WorkloadKey } from '../../sidecar/workload-requests.ts';

/** Where the gate of a pod is. */
type GateState = 'asks' | 'open' | 'failed' | 'none';

interface PodFacts {
  gate?: GateState;
  node?: string;
  going?: boolean;
  phase?: string;
  uid?: string;
}

export function workload(kind: WorkloadKind): WorkloadKey {
  return { kind, namespace: 'shop', name: 'db' };
}

/** A pod of `workload(kind)` as the API server has it. */
export function podOf(kind: WorkloadKind, name: string, { gate = 'asks', node = 'n1', going = false, phase, uid }: PodFacts = {}): V1Pod {
  const owner = kind === 'Deployment' ? { kind: 'ReplicaSet', name: 'db-5f7' } : { kind, name: 'db' };
  const ended = { open: 0, failed: 1 } as const;
  const state = gate === 'open' || gate === 'failed' ? { terminated: { exitCode: ended[gate] } } : { running: {} };
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: uid ?? `uid-${name}`,
      labels: { app: 'db', ...(kind === 'Deployment' ? { 'pod-template-hash': '5f7' } : {}) },
      ownerReferences: [{ apiVersion: 'apps/v1', uid: 'o', controller: true, ...owner }],
      ...(going ? { deletionTimestamp: '2026-03-01T10:00:00Z' } : {}),
    },
    spec: { nodeName: node, containers: [], initContainers: gate === 'none' ? [] : [{ name: 'stash-gate' }] },
    status: { phase: phase ?? 'Pending', initContainerStatuses: gate === 'none' ? [] : [{ name: 'stash-gate', state }] },
  } as unknown as V1Pod;
}

/** A restore into `workload(kind)`; `hosts` as `HOST: state`. */
export function restoreOf(
  kind: WorkloadKind,
  name: string,
  phase: NonNullable<RestoreSessionStatus['phase']>,
  hosts: Record<string, 'pending' | 'ordered' | 'done' | 'broken'>,
  { alias, minute = 0 }: { alias?: string; minute?: number } = {},
): RestoreSession {
  const states: Record<string, Partial<HostRestoreStats>> = {
    pending: { phase: 'Pending' },
    ordered: { phase: 'Running', orderID: 'o' },
    done: { phase: 'Succeeded', orderID: 'o' },
    broken: { phase: 'Failed', orderID: 'o', steps: [{ name: 'fetch', phase: 'Failed' }] },
  };
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'RestoreSession',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec: {
      previousData: 'Discard',
      target: { ref: { apiVersion: 'apps/v1', kind, name: 'db' }, ...(alias === undefined ? {} : { alias }) },
    },
    status: {
      phase,
      startTime: `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`,
      stats: Object.entries(hosts).map(([hostname, state]) => ({ hostname, ...states[state] })),
    },
  } as unknown as RestoreSession;
}
