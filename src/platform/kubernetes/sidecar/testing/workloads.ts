import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import type { SidecarPatch } from '../patch.ts';
import { sidecarPatch } from '../patch.ts';
import type { SidecarSettings, WantedSidecar } from '../wanted.ts';
import type { Workload } from '../workload.ts';

export const SETTINGS: SidecarSettings = {
  image: 'stash/stash:1',
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  agentsUrl: 'https://stash-agents.backup-ops.svc:8443',
  agentResources: { requests: { cpu: '10m', memory: '64Mi' } },
  nativeSidecars: true,
};

/** A web server with one claim at /data. */
export function webDeployment(container: Partial<V1Container> = {}, pod: Partial<V1PodSpec> = {}): Workload {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas: 1,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'web', image: 'web:7', volumeMounts: [{ name: 'data', mountPath: '/data' }], ...container }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web-data' } }],
          ...pod,
        },
      },
    },
  };
}

/** A database whose claims are made for each pod. */
export function database(container: Partial<V1Container> = {}, pod: Partial<V1PodSpec> = {}): Workload {
  const mounted = { name: 'mariadb', image: 'mariadb:11.8', volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }], ...container };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'orders-db', namespace: 'shop' },
    spec: {
      replicas: 2,
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [mounted], ...pod } },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  };
}

export function filesSidecar(more: Partial<WantedSidecar> = {}): WantedSidecar {
  return { container: 'stash', staged: 'Files', target: { paths: ['/data'] }, ...more };
}

export function physicalSidecar(more: Partial<WantedSidecar> = {}): WantedSidecar {
  return { container: 'stash', image: '${TARGET_IMAGE}', staged: 'Physical', target: {}, tempDir: { sizeLimit: '4Gi' }, ...more };
}

/** The patch, or the failure of the test with what was refused. */
export function patchOf(workload: Workload, wanted: WantedSidecar[], settings = SETTINGS): { patch: SidecarPatch; hash: string } {
  const answer = sidecarPatch(workload, wanted, settings);
  if ('refusal' in answer) throw answer.refusal;
  return answer;
}

export function containerOf(patch: SidecarPatch, name: string): V1Container {
  const { initContainers, containers = [] } = patch.spec.template.spec;
  const found = [...initContainers, ...containers].find((one) => one.name === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
}
