import type { ContainerRuntimeSettings } from '../api/runtime-settings.ts';
import type { Task } from '../api/task.ts';
import { StashError } from '../errors/error.ts';

/** Sources of volumes that anybody may have who may make pods: those of the restricted level of Kubernetes' pod security. */
const SOURCES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];

/**
 * The operator makes pods in the place of whoever writes a configuration, and must not do for him what he may not do himself. Throws
 * Invalid for directories of the node, storage that no claim stands for, and tokens of service accounts.
 */
export function checkVolumes(path: string, volumes: NonNullable<Task['spec']['volumes']>): void {
  for (const { name, ...sources } of volumes) {
    const other = Object.keys(sources).find((source) => !SOURCES.includes(source));
    if (other !== undefined)
      throw new StashError('Invalid', `${path}: the volume "${name}" is of the kind ${other}, which pods of Stash cannot have`, {
        remedy: `Use one of ${SOURCES.join(', ')}.`,
      });
    const token = (sources.projected?.sources ?? []).some((one) => typeof one === 'object' && one !== null && 'serviceAccountToken' in one);
    if (token)
      throw new StashError(
        'Invalid',
        `${path}: the volume "${name}" holds a service account token; functions have no rights in Kubernetes`,
        {
          remedy: 'Leave the token out.',
        },
      );
  }
}

/** Throws Invalid for a container that would have more power than its user. */
export function checkContainerRights(path: string, settings: ContainerRuntimeSettings | undefined): void {
  const { privileged, allowPrivilegeEscalation, capabilities, procMount } = (settings?.securityContext ?? {}) as Rights;
  const asked = [
    privileged === true && 'privileged',
    allowPrivilegeEscalation === true && 'allowPrivilegeEscalation',
    (capabilities?.add ?? []).length > 0 && 'capabilities.add',
    procMount !== undefined && procMount !== 'Default' && 'procMount',
  ].filter((one) => one !== false);
  if (asked.length > 0)
    throw new StashError('Invalid', `${path}: securityContext asks for ${asked.join(' and ')}, which is refused`, {
      remedy: 'Leave it out: reading and writing files needs none of it.',
    });
}

interface Rights {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  capabilities?: { add?: string[] };
  procMount?: string;
}
