import type { Connection } from '../../store/kubernetes/connection.ts';

/** The Service that agents dial. It has no selector: whoever leads says where it is. */
const AGENTS_SERVICE = 'stash-agents';

export const AGENTS_PORT = 8443;

/** As the chart writes it into the operator's settings. */
export function agentsUrl(namespace: string): string {
  return `https://${AGENTS_SERVICE}.${namespace}.svc:${AGENTS_PORT}`;
}

/** Names of that Service, which the certificate of the operator is for. */
export function agentsHosts(namespace: string): string[] {
  return ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map((rest) => `${AGENTS_SERVICE}${rest}`);
}

/** Leads agents to this pod from now on. */
export async function announce(connection: Connection, { namespace, ip }: { namespace: string; ip: string }): Promise<void> {
  await connection.send({
    what: `apply EndpointSlice ${namespace}/${AGENTS_SERVICE}`,
    method: 'PATCH',
    path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${AGENTS_SERVICE}`,
    query: { fieldManager: 'stash', force: true },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: AGENTS_SERVICE,
        namespace,
        labels: { 'kubernetes.io/service-name': AGENTS_SERVICE, 'endpointslice.kubernetes.io/managed-by': 'stash.appscode.com' },
      },
      addressType: ip.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports: [{ name: 'https', port: AGENTS_PORT, protocol: 'TCP' }],
    },
  });
}
