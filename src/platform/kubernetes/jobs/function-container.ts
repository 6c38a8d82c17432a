import type { V1Container, V1EnvVar, V1PodSpec, V1SecurityContext, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { RuntimeSettings } from '../../../api/runtime-settings.ts';
import type { TempDir } from '../../../api/temp-dir.ts';
import type { FunctionContainer } from '../../../rules/function-container.ts';
import { checkContainerRights, checkPodRights } from '../../../rules/pod-rights.ts';
import { AGENT_VOLUMES, leastPrivilege, ownImageContainer, STAGE_DIRECTORY } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import { INSTALL_CONTAINER, PAYLOAD_DIRECTORY, PAYLOAD_VOLUME } from '../sidecar/names.ts';

interface Wanted {
  /** Of the agent. */
  key: string;
  program: FunctionContainer | undefined;
  runtimeSettings: RuntimeSettings | undefined;
  tempDir: TempDir | undefined;
  /** As whom it runs unless settings say otherwise. */
  securityContext: V1SecurityContext;
  mounts: V1VolumeMount[];
  /** How long it waits for more to do; as agents do when absent. */
  idleSeconds?: number;
}

interface JobContainer {
  container: V1Container;
  volumes: V1Volume[];
  pod: Pick<V1PodSpec, 'initContainers'>;
}

/** The journal and restic's cache. */
const CACHE_SIZE = '2Gi';
/** The same, and what functions write before it is stored. */
const STAGE_SIZE = '10Gi';
/** Where `stash-install` copies to: the image has its own where they are found later. */
const PAYLOAD_TARGET = '/stash-payload';

/**
 * The container of a Job in which functions run, with an agent that starts them: in the operator's image, or in theirs, into which another
 * container brings the agent first. Settings of the configuration count more than those of the Function; neither adds rights.
 */
export function jobContainer(settings: ClusterSettings, wanted: Wanted): JobContainer {
  const { key, program, runtimeSettings } = wanted;
  const chosen = { ...program?.settings, ...runtimeSettings?.container };
  checkContainerRights('spec.runtimeSettings.container', runtimeSettings?.container);
  checkPodRights('spec.runtimeSettings.pod', runtimeSettings?.pod);
  const securityContext = restricted(wanted.securityContext, chosen.securityContext as V1SecurityContext | undefined);
  const mounts = [...wanted.mounts, ...((program?.volumeMounts ?? []) as V1VolumeMount[])];
  const own = ownImageContainer(settings, key, { ...wanted, securityContext, mounts });
  const resources = runtimeSettings?.container?.resources ?? program?.resources ?? program?.settings?.resources;
  const added = [...(program?.env ?? []), ...(chosen.env ?? [])] as V1EnvVar[];
  const names = new Set(own.env?.map(({ name }) => name));
  const froms = [...(program?.envFrom ?? []), ...(chosen.envFrom ?? [])] as NonNullable<V1Container['envFrom']>;
  const container: V1Container = {
    ...own,
    env: [...(own.env ?? []), ...added.filter(({ name }) => !names.has(name))],
    ...(froms.length === 0 ? {} : { envFrom: froms }),
    ...(resources === undefined ? {} : { resources: resources as NonNullable<V1Container['resources']> }),
  };
  const volumes = [stageVolume(wanted.tempDir, program), ...(program?.volumes ?? []).map(asVolume)];
  if (program?.image === undefined) return { container, volumes, pod: {} };
  return {
    container: {
      ...container,
      image: program.image,
      imagePullPolicy: 'IfNotPresent',
      command: [`${PAYLOAD_DIRECTORY}/bin/stash-agent`],
      env: [
        ...(container.env ?? []),
        // Nothing else can be written to, as long as nobody says otherwise.
        { name: 'HOME', value: STAGE_DIRECTORY },
        { name: 'TMPDIR', value: STAGE_DIRECTORY },
      ],
      volumeMounts: [{ name: PAYLOAD_VOLUME, mountPath: PAYLOAD_DIRECTORY, readOnly: true }, ...(container.volumeMounts ?? [])],
    },
    volumes: [{ name: PAYLOAD_VOLUME, emptyDir: {} }, ...volumes],
    pod: { initContainers: [install(settings)] },
  };
}

/** Settings may take capabilities away; what they do not speak of stays as it is. */
function restricted(own: V1SecurityContext, given: V1SecurityContext | undefined): V1SecurityContext {
  const drop = [...new Set([...(own.capabilities?.drop ?? []), ...(given?.capabilities?.drop ?? [])])];
  const gone = given?.capabilities?.drop ?? [];
  const add = gone.includes('ALL') ? [] : (own.capabilities?.add ?? []).filter((one) => !gone.includes(one));
  return { ...own, ...given, capabilities: { drop, ...(add.length === 0 ? {} : { add }) } };
}

function install(settings: ClusterSettings): V1Container {
  return {
    name: INSTALL_CONTAINER,
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: [`${PAYLOAD_DIRECTORY}/bin/stash-install`, PAYLOAD_TARGET],
    securityContext: leastPrivilege(),
    resources: settings.agentResources,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: PAYLOAD_VOLUME, mountPath: PAYLOAD_TARGET }],
  };
}

/** Whatever sources the schema leaves to Kubernetes to check. */
export function asVolume(volume: FunctionContainer['volumes'][number]): V1Volume {
  return volume as unknown as V1Volume;
}

/** A Job has a stage of its own that goes with it; a volume of a workload is not there for it. */
function stageVolume(tempDir: TempDir | undefined, program: FunctionContainer | undefined): V1Volume {
  const { volumeClaimTemplate, medium, sizeLimit } = tempDir ?? {};
  if (volumeClaimTemplate !== undefined) {
    const spec = { accessModes: ['ReadWriteOnce'], ...volumeClaimTemplate.spec };
    return { name: AGENT_VOLUMES.stage, ephemeral: { volumeClaimTemplate: { spec } } } as V1Volume;
  }
  const limit = String(sizeLimit ?? (program === undefined ? CACHE_SIZE : STAGE_SIZE));
  return { name: AGENT_VOLUMES.stage, emptyDir: { sizeLimit: limit, ...(medium === undefined ? {} : { medium }) } };
}
