import type { V1Capabilities, V1Container, V1PodSpec, V1SecurityContext } from '@kubernetes/client-node';
import type { ContainerRuntimeSettings } from '../../../api/runtime-settings.ts';
import { StashError } from '../../../errors/error.ts';
import { moreRights } from '../../../rules/pod-rights.ts';
import { leastPrivilege } from '../pods/agent-parts.ts';

/** As whom a container of ours runs, where that does not follow from its pod and image. */
export interface RunsAs {
  runAsUser?: number;
  runAsGroup?: number;
  runAsNonRoot?: boolean;
  seLinuxOptions?: NonNullable<V1SecurityContext['seLinuxOptions']>;
  seccompProfile?: NonNullable<V1SecurityContext['seccompProfile']>;
  /** It is root, or nobody can tell before the image is pulled. */
  mayBeRoot: boolean;
}

/**
 * What a root agent needs beside being root. It runs programs as the owner of the data and stops them (SETUID, SETGID, KILL), gives that
 * owner its directory in the stage (CHOWN), and reads what only the owner may read (DAC_OVERRIDE: DAC_READ_SEARCH would do, but the
 * baseline level of pod security forbids it; the data is mounted read-only). Somebody else than root gains nothing by them.
 */
const SIDECAR_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'KILL', 'SETGID', 'SETUID'];
/** A restore also puts modes back, the special bits among them. */
const GATE_CAPABILITIES = [...SIDECAR_CAPABILITIES, 'FOWNER', 'FSETID'];

/**
 * The user of the data's container. Where that follows from its image alone (`sameImage` false), nobody knows it before the image is
 * pulled: root then, which can read and become anybody. The rights of that container (privileged, capabilities, AppArmor's profile, which
 * is made for one program) are not taken over. Throws SidecarRefused where more rights are asked for.
 */
export function runsAs(
  data: V1Container,
  pod: V1PodSpec,
  { override = {}, sameImage }: { override?: NonNullable<ContainerRuntimeSettings['securityContext']> | undefined; sameImage: boolean },
): RunsAs {
  const more = moreRights(override).join(' and ');
  if (more !== '')
    throw new StashError('SidecarRefused', `runtimeSettings.securityContext asks for more rights than a sidecar is given: ${more}`, {
      remedy: 'Leave it out.',
    });
  const own = data.securityContext ?? {};
  const user = override.runAsUser ?? own.runAsUser;
  const group = override.runAsGroup ?? own.runAsGroup;
  const nonRoot = override.runAsNonRoot ?? own.runAsNonRoot;
  const effectiveUser = user ?? pod.securityContext?.runAsUser;
  const mustNotBeRoot = (nonRoot ?? pod.securityContext?.runAsNonRoot) === true;
  const asRoot = effectiveUser === undefined && !mustNotBeRoot && !sameImage;
  const runAsUser = asRoot ? 0 : user;
  const seLinuxOptions = override.seLinuxOptions ?? own.seLinuxOptions;
  // An unconfined database does not make an agent that needs it.
  const seccompProfile = [override.seccompProfile, own.seccompProfile].find((one) => one?.type === 'Localhost');
  return {
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(group === undefined ? {} : { runAsGroup: group }),
    ...(nonRoot === undefined ? {} : { runAsNonRoot: nonRoot }),
    ...(seLinuxOptions === undefined ? {} : { seLinuxOptions }),
    ...(seccompProfile === undefined ? {} : { seccompProfile: seccompProfile as NonNullable<RunsAs['seccompProfile']> }),
    mayBeRoot: effectiveUser === undefined ? !mustNotBeRoot : effectiveUser === 0,
  };
}

/** Whether the user follows from the image of the data's container alone, and an agent in another image could not be the same one. */
export function onlyImageKnows(data: V1Container, pod: V1PodSpec): boolean {
  const { runAsUser, runAsNonRoot } = { ...pod.securityContext, ...data.securityContext };
  return runAsUser === undefined && runAsNonRoot === true;
}

export function securityOf({ mayBeRoot, ...facts }: RunsAs, role: 'sidecar' | 'gate'): V1SecurityContext {
  return { ...leastPrivilege(), capabilities: capabilities(mayBeRoot, role), ...facts };
}

/**
 * Of the container that copies programs into the pod: it needs no user of its own. That it is not root must be said where a policy of the
 * namespace asks for it, and must not be said where the pod makes everybody root.
 */
export function installSecurity(pod: V1PodSpec): V1SecurityContext {
  return { ...leastPrivilege(), ...(pod.securityContext?.runAsUser === 0 ? {} : { runAsNonRoot: true }) };
}

function capabilities(mayBeRoot: boolean, role: 'sidecar' | 'gate'): V1Capabilities {
  if (!mayBeRoot) return { drop: ['ALL'] };
  return { drop: ['ALL'], add: role === 'gate' ? GATE_CAPABILITIES : SIDECAR_CAPABILITIES };
}
