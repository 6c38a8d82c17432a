import type { V1EnvFromSource, V1EnvVar } from '@kubernetes/client-node';
import type { ContainerRuntimeSettings } from '../../../api/runtime-settings.ts';
import type { BackupTarget } from '../../../api/target.ts';
import type { TempDir } from '../../../api/temp-dir.ts';
import type { ClusterSettings } from '../settings.ts';

/** One sidecar of a workload, as the objects that name the workload ask for it. Schedules, retention and repositories are not in it. */
export interface WantedSidecar {
  /** `containerName`. */
  container: string;
  /** The function's image; may be `TARGET_IMAGE`. Absent: the operator's. */
  image?: string;
  /** What is written to the stage before it is stored: whole databases (Physical), or next to nothing (Files). */
  staged: 'Physical' | 'Files';
  /** Where the data is. Of a database function without paths: the persistent volumes. */
  target: Pick<BackupTarget, 'paths' | 'volumeMounts'>;
  runtimeSettings?: ContainerRuntimeSettings | undefined;
  tempDir?: TempDir | undefined;
  /** Environment that the Function declares. */
  env?: V1EnvVar[] | undefined;
  envFrom?: V1EnvFromSource[] | undefined;
}

export type SidecarSettings = Pick<ClusterSettings, 'image' | 'imagePullPolicy' | 'imagePullSecrets' | 'agentsUrl' | 'agentResources'> & {
  /** Whether init containers with `restartPolicy: Always` go on beside the others (Kubernetes 1.29 and later). */
  nativeSidecars: boolean;
};
