import type { ClusterSettings } from '../settings.ts';

/** As the chart has them where nothing is set. */
export const SETTINGS: ClusterSettings = {
  namespace: 'stash-system',
  image: 'stash/stash:1',
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  agentsUrl: 'https://stash-agents.stash-system.svc:8443',
  agentServiceAccount: 'stash-agent',
  agentResources: { limits: { memory: '1Gi' } },
  localBackend: {
    enabled: true,
    allowHostPath: false,
    securityContext: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, fsGroupChangePolicy: 'OnRootMismatch' },
    resources: {},
    nodeSelector: {},
    tolerations: [],
  },
};
