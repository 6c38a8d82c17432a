import type { ClusterSettings } from '../../settings.ts';

/** As the chart has them. */
export const LOCAL_BACKEND: ClusterSettings['localBackend'] = {
  enabled: true,
  allowHostPath: false,
  securityContext: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, fsGroupChangePolicy: 'OnRootMismatch' },
  resources: {},
  nodeSelector: {},
  tolerations: [],
};
