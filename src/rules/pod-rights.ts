import type { ContainerRuntimeSettings, RuntimeSettings } from '../api/runtime-settings.ts';
import type { Task } from '../api/task.ts';
import { StashError } from '../errors/error.ts';

/** Sources of volumes that anybody may have who may make pods: those of the restricted level of Kubernetes' pod security. */
const SOURCES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];

/** What the baseline level lets a pod be, or change. */
const PROFILES = ['RuntimeDefault', 'Localhost'];
const SELINUX_TYPES = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_syncookies',
];

type PodSecurity = NonNullable<NonNullable<RuntimeSettings['pod']>['securityContext']>;
type ContainerSecurity = NonNullable<ContainerRuntimeSettings['securityContext']>;

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
  check(path, settings?.securityContext ?? {});
}

/** The same for a whole pod. */
export function checkPodRights(path: string, settings: RuntimeSettings['pod']): void {
  check(path, settings?.securityContext ?? {});
}

function check(path: string, security: ContainerSecurity & PodSecurity): void {
  const asked = moreRights(security);
  if (asked.length > 0)
    throw new StashError('Invalid', `${path}: securityContext asks for ${asked.join(' and ')}, which is refused`, {
      remedy: `Leave it out: reading and writing files needs none of it. Profiles may be ${PROFILES.join(' or ')}.`,
    });
}

/** What is more than the baseline level gives, as `FIELD: VALUE`. */
export function moreRights(security: ContainerSecurity & PodSecurity): string[] {
  const { privileged, allowPrivilegeEscalation, procMount, seccompProfile, appArmorProfile, seLinuxOptions, windowsOptions } = security;
  const added = security.capabilities?.add ?? [];
  const sysctls = (security.sysctls ?? []).map(({ name }) => name).filter((name) => !SYSCTLS.includes(name.replaceAll('/', '.')));
  const asked: [field: string, value: unknown, refused: boolean][] = [
    ['privileged', privileged, privileged === true],
    ['allowPrivilegeEscalation', allowPrivilegeEscalation, allowPrivilegeEscalation === true],
    ['capabilities.add', added, added.length > 0],
    ['procMount', procMount, !isOneOf(procMount, ['Default'])],
    ['seccompProfile.type', seccompProfile?.type, !isOneOf(seccompProfile?.type, PROFILES)],
    ['appArmorProfile.type', appArmorProfile?.type, !isOneOf(appArmorProfile?.type, PROFILES)],
    ['seLinuxOptions.type', seLinuxOptions?.type, !isOneOf(seLinuxOptions?.type, ['', ...SELINUX_TYPES])],
    ['seLinuxOptions.user', seLinuxOptions?.user, !isOneOf(seLinuxOptions?.user, [''])],
    ['seLinuxOptions.role', seLinuxOptions?.role, !isOneOf(seLinuxOptions?.role, [''])],
    ['windowsOptions.hostProcess', windowsOptions?.hostProcess, windowsOptions?.hostProcess === true],
    ['sysctls', sysctls, sysctls.length > 0],
  ];
  return asked.flatMap(([field, value, refused]) => (refused ? [`${field}: ${JSON.stringify(value)}`] : []));
}

function isOneOf(value: string | undefined, allowed: readonly string[]): boolean {
  return value === undefined || allowed.includes(value);
}
