import type { V1Container, V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { StashError } from '../../../errors/error.ts';
import { AGENT_VOLUMES, agentEnv, agentMounts, agentVolumes, STAGE_DIRECTORY } from '../pods/agent-parts.ts';
import { liveSidecar } from './live.ts';
import { AGENT_LABEL, GATE_CONTAINER, INSTALL_CONTAINER, PAYLOAD_DIRECTORY, PAYLOAD_VOLUME, SIDECAR_ANNOTATION } from './names.ts';
import { hashOf, type PlannedSidecar, planSidecars, type SidecarPlan } from './plan.ts';
import { resourcesOf } from './resources.ts';
import { installSecurity, securityOf } from './user.ts';
import type { SidecarSettings, WantedSidecar } from './wanted.ts';
import type { Workload } from './workload.ts';

/** Where the programs are copied to: the image has its own where they are found later. */
const PAYLOAD_TARGET = '/stash-payload';

/** What Stash applies to a workload, whole: what it applied before and is not in here goes. */
export interface SidecarPatch {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid?: string };
  spec: {
    template: {
      metadata: { labels: Record<string, string>; annotations: Record<string, string> };
      spec: { initContainers: V1Container[]; containers?: V1Container[]; volumes: V1Volume[]; imagePullSecrets?: { name: string }[] };
    };
  };
}

type PatchAnswer = { patch: SidecarPatch; hash: string } | { refusal: StashError };

/**
 * What has to be applied to the workload so that it has these sidecars (at least one). A workload whose sidecars run the same already keeps
 * the operator's image that it has, unless `upgrade`. The workload may be a plain manifest.
 */
export function sidecarPatch(
  workload: Workload,
  wanted: readonly WantedSidecar[],
  settings: SidecarSettings,
  { upgrade = false }: { upgrade?: boolean } = {},
): PatchAnswer {
  try {
    const plan = planSidecars(workload, wanted, settings.agentsUrl);
    const hash = hashOf(plan);
    const live = liveSidecar(workload);
    const kept = !upgrade && live?.hash === hash ? live.payloadImage : undefined;
    return { hash, patch: written(workload, plan, hash, { ...settings, image: kept ?? settings.image }) };
  } catch (error) {
    if (error instanceof StashError) return { refusal: error };
    throw error;
  }
}

function written(workload: Workload, plan: SidecarPlan, hash: string, settings: SidecarSettings): SidecarPatch {
  const { name = '', namespace, uid } = workload.metadata;
  const sidecars = plan.sidecars.map((one) => sidecar(one, plan, settings));
  const first = [install(workload, plan, settings), gate(plan, settings)];
  const added = plan.sidecars.flatMap(({ stage }) => stage.added ?? []);
  return {
    apiVersion: workload.apiVersion,
    kind: workload.kind,
    // With the uid it can never be made anew by what is applied to it.
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
    spec: {
      template: {
        metadata: { labels: { [AGENT_LABEL]: 'true' }, annotations: { [SIDECAR_ANNOTATION]: hash } },
        spec: {
          ...(settings.nativeSidecars
            ? { initContainers: [...first, ...sidecars.map((one) => ({ ...one, restartPolicy: 'Always' }))] }
            : { initContainers: first, containers: sidecars }),
          volumes: [{ name: PAYLOAD_VOLUME, emptyDir: {} }, ...agentVolumes(), ...added],
          ...(settings.imagePullSecrets.length === 0 ? {} : { imagePullSecrets: settings.imagePullSecrets.map((one) => ({ name: one })) }),
        },
      },
    },
  };
}

function install(workload: Workload, plan: SidecarPlan, settings: SidecarSettings): V1Container {
  return {
    name: INSTALL_CONTAINER,
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: [`${PAYLOAD_DIRECTORY}/bin/stash-install`, PAYLOAD_TARGET],
    securityContext: installSecurity(workload.spec.template.spec ?? { containers: [] }),
    resources: resourcesOf(undefined, settings.agentResources, plan.guaranteed),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: PAYLOAD_VOLUME, mountPath: PAYLOAD_TARGET }],
  };
}

/** Before anything else of the pod, so that what it restores is what the workload's own init containers find. */
function gate(plan: SidecarPlan, settings: SidecarSettings): V1Container {
  const like = plan.sidecars.find(({ name }) => name === plan.gate.like);
  if (like === undefined) throw new StashError('Internal', 'a gate without a sidecar');
  const directory = like.stage.directory.replace(/[^/]+$/, GATE_CONTAINER);
  return {
    ...agent(like, plan, settings, { key: 'gate/$(POD_NAMESPACE)/$(POD_NAME)', directory, mode: 'Gate' }),
    name: GATE_CONTAINER,
    securityContext: securityOf(like.runsAs, 'gate'),
    volumeMounts: [...ownMounts(like), ...plan.gate.mounts],
  };
}

function sidecar(one: PlannedSidecar, plan: SidecarPlan, settings: SidecarSettings): V1Container {
  return {
    ...agent(one, plan, settings, { key: `pod/$(POD_NAMESPACE)/$(POD_NAME)/${one.name}`, directory: one.stage.directory, mode: 'Agent' }),
    name: one.name,
    securityContext: securityOf(one.runsAs, 'sidecar'),
    ...(one.lifecycle === undefined ? {} : { lifecycle: one.lifecycle as NonNullable<V1Container['lifecycle']> }),
    volumeMounts: [...ownMounts(one), ...one.mounts.map((mount) => ({ ...mount, readOnly: true }))],
  };
}

/** What gate and sidecar have in common. */
function agent(
  { image, imagePullPolicy, env, envFrom, resources, stage }: PlannedSidecar,
  { guaranteed }: SidecarPlan,
  settings: SidecarSettings,
  { key, directory, mode }: { key: string; directory: string; mode: 'Agent' | 'Gate' },
): Omit<V1Container, 'name'> {
  const pullPolicy = image === undefined ? settings.imagePullPolicy : imagePullPolicy;
  const own: V1EnvVar[] = [
    // First: the key is made of them.
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    ...agentEnv(settings, key).filter(({ name }) => name !== 'STASH_STAGE'),
    { name: 'STASH_STAGE', value: directory },
    { name: 'STASH_MODE', value: mode },
    ...(stage.sizeLimit === undefined ? [] : [{ name: 'STASH_STAGE_LIMIT', value: stage.sizeLimit }]),
    // Nothing else can be written to.
    { name: 'HOME', value: directory },
    { name: 'TMPDIR', value: directory },
  ];
  const names = new Set(own.map(({ name }) => name));
  return {
    image: image ?? settings.image,
    ...(pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy }),
    command: [`${PAYLOAD_DIRECTORY}/bin/stash-agent`],
    env: [...own, ...env.filter(({ name }) => !names.has(name))],
    ...(envFrom === undefined ? {} : { envFrom }),
    resources: resourcesOf(resources, settings.agentResources, guaranteed),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function ownMounts({ stage }: PlannedSidecar): V1VolumeMount[] {
  const mounts = agentMounts().filter(({ name }) => name !== AGENT_VOLUMES.stage);
  return [
    { name: PAYLOAD_VOLUME, mountPath: PAYLOAD_DIRECTORY, readOnly: true },
    ...mounts,
    { name: stage.volume, mountPath: STAGE_DIRECTORY },
  ];
}
