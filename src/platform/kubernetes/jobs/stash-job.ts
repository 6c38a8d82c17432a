import type { V1Container, V1Job, V1PodSecurityContext, V1SecurityContext, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { HostWork, StashRun } from '../../../controllers/platform-port.ts';
import { StashError } from '../../../errors/error.ts';
import { checkContainerRights, checkPodRights } from '../../../rules/pod-rights.ts';
import type { StashProgram } from '../../../rules/stash-task.ts';
import { INTERIM_DIRECTORY, targetMountPath } from '../../../rules/variables/stash-variables.ts';
import { type AgentKey, formatAgentKey } from '../agent-key.ts';
import { AGENT_VOLUMES, leastPrivilege, ownImageContainer } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import { onNode } from './claim-job.ts';
import { asVolume } from './function-container.ts';
import { agentJob, jobName } from './job.ts';
import { podSettings } from './pod-settings.ts';

/** As Stash called them: Tasks name them, and their programs expect them. */
const TMP_VOLUME = 'stash-tmp-dir';
const TMP_DIRECTORIES = ['/stash-tmp', '/tmp'];
const INTERIM_VOLUME = 'stash-interim';
const DATA_VOLUME = 'stash-target';
const STAGE_SIZE = '2Gi';
/** As Stash had them: somebody for backups, root for restores, whom an fsGroup or settings may replace. */
const BACKUP_USER = { runAsUser: 65535, runAsGroup: 65535, fsGroup: 65535 };
const RESTORE_USER = { runAsUser: 0, runAsGroup: 0 };

export interface StashWork extends Pick<HostWork, 'direction' | 'target' | 'spec' | 'runtimeSettings' | 'tempDir'> {
  stash: StashRun;
  /** The only node that can mount the claim now. */
  node?: string | undefined;
  now: Date;
}

export function stashJobKey({
  target,
  direction,
  stash,
}: Pick<StashWork, 'target' | 'direction' | 'stash'>): Extract<AgentKey, { type: 'job' }> {
  return { type: 'job', namespace: target.namespace, job: jobName(`stash-${direction}-${stash.owner.name}`, stash.orderId) };
}

/**
 * The Job of one run of a Task that was written for Stash: its steps one after the other, then our agent, which tells of what they did. It
 * runs once for its order, ends at the deadline of its session, and goes with it. Nothing in it may ask the API server; the token of the agent, which only
 * our operator takes, is in the container of the agent alone.
 */
export function stashJob(settings: ClusterSettings, work: StashWork): V1Job {
  const { target, direction, runtimeSettings, stash } = work;
  const { program, owner } = stash;
  const key = stashJobKey(work);
  const pod = runtimeSettings?.pod;
  checkContainerRights('spec.runtimeSettings.container', runtimeSettings?.container);
  checkPodRights('spec.runtimeSettings.pod', pod);
  const volumes = [...program.volumes.map(asVolume), ...claimVolume(work)];
  const shared = [
    ...TMP_DIRECTORIES.map((mountPath) => ({ name: TMP_VOLUME, mountPath })),
    { name: INTERIM_VOLUME, mountPath: INTERIM_DIRECTORY },
  ];
  const steps = program.steps.map((step) => stepContainer(step, work, volumes, shared));
  const job = agentJob(settings, {
    name: key.job,
    namespace: target.namespace,
    key: formatAgentKey(key),
    ...(pod?.serviceAccountName === undefined ? {} : { serviceAccountName: pod.serviceAccountName }),
    container: ownImageContainer(settings, formatAgentKey(key), {
      securityContext: leastPrivilege(),
      mounts: outputMounts(program, steps, shared),
    }),
    volumes: [
      { name: AGENT_VOLUMES.stage, emptyDir: { sizeLimit: STAGE_SIZE } },
      tmpVolume(work),
      { name: INTERIM_VOLUME, emptyDir: {} },
      ...volumes,
    ],
    podSecurity: {
      ...(direction === 'backup' ? BACKUP_USER : RESTORE_USER),
      ...(pod?.securityContext as V1PodSecurityContext | undefined),
    },
    pod: {
      initContainers: steps,
      ...podSettings(runtimeSettings),
      ...(work.node === undefined ? {} : { affinity: onNode(work.node) }),
    },
  });
  const { ttlSecondsAfterFinished, ...spec } = job.spec ?? { template: {} };
  const owned = owner.namespace === target.namespace && owner.uid !== undefined;
  const left = Math.ceil((Date.parse(stash.deadline) - work.now.getTime()) / 1000);
  return {
    ...job,
    metadata: { ...job.metadata, ...(owned ? { ownerReferences: [reference(owner)] } : {}) },
    spec: {
      ...spec,
      ...(owned || ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }),
      backoffLimit: 0,
      activeDeadlineSeconds: Math.max(1, Number.isFinite(left) ? left : 1),
    },
  };
}

function stepContainer(
  { name, spec }: StashProgram['steps'][number],
  { runtimeSettings, stash, spec: target }: StashWork,
  volumes: readonly V1Volume[],
  shared: readonly V1VolumeMount[],
): V1Container {
  const given = { ...spec.runtimeSettings, ...runtimeSettings?.container };
  const declared = (spec.volumeMounts ?? []) as V1VolumeMount[];
  const known = new Set([...volumes, ...shared].map((one) => one.name));
  const unknown = declared.find((one) => !known.has(one.name));
  if (unknown !== undefined)
    throw new StashError('Invalid', `step ${name} mounts the volume "${unknown.name}", which task ${stash.program.name} does not have`);
  const data = volumes.find((one) => one.name === DATA_VOLUME);
  const more = [
    ...shared,
    ...(data === undefined
      ? []
      : [{ name: DATA_VOLUME, mountPath: targetMountPath(target), readOnly: data.persistentVolumeClaim?.readOnly === true }]),
  ];
  const paths = new Set(declared.map(({ mountPath }) => mountPath));
  const environment = [
    { name: 'RESTIC_REPOSITORY', value: stash.repositoryUrl },
    ...((spec.env ?? []) as NonNullable<V1Container['env']>),
    ...((given.env ?? []) as NonNullable<V1Container['env']>),
  ];
  const resources = given.resources ?? spec.resources;
  return {
    name,
    image: spec.image ?? '',
    imagePullPolicy: 'IfNotPresent',
    ...(spec.command === undefined ? {} : { command: spec.command }),
    ...(spec.args === undefined ? {} : { args: spec.args }),
    ...(spec.workingDir === undefined ? {} : { workingDir: spec.workingDir }),
    env: [...new Map(environment.map((one) => [one.name, one])).values()],
    envFrom: [
      { secretRef: { name: stash.storageSecret } },
      ...([...(spec.envFrom ?? []), ...(given.envFrom ?? [])] as NonNullable<V1Container['envFrom']>),
    ],
    ...(resources === undefined ? {} : { resources: resources as NonNullable<V1Container['resources']> }),
    securityContext: {
      allowPrivilegeEscalation: false,
      seccompProfile: { type: 'RuntimeDefault' },
      ...(given.securityContext as V1SecurityContext | undefined),
    },
    // The last lines it wrote are what people are told of a failure.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [...declared, ...more.filter(({ mountPath }) => !paths.has(mountPath))],
  };
}

/** The claim that is the target, unless the Task has a volume of it already. */
function claimVolume({ target, direction, stash }: StashWork): V1Volume[] {
  if (target.kind !== 'PersistentVolumeClaim') return [];
  if (stash.program.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === target.name)) return [];
  return [{ name: DATA_VOLUME, persistentVolumeClaim: { claimName: target.name, readOnly: direction === 'backup' } }];
}

function tmpVolume({ tempDir }: StashWork): V1Volume {
  const { medium, sizeLimit } = tempDir ?? {};
  const emptyDir = { ...(medium === undefined ? {} : { medium }), ...(sizeLimit === undefined ? {} : { sizeLimit: String(sizeLimit) }) };
  return { name: TMP_VOLUME, emptyDir };
}

/** What the agent sees of the volumes: that in which the last step leaves its output. */
function outputMounts({ name, outputDir }: StashProgram, steps: readonly V1Container[], shared: readonly V1VolumeMount[]): V1VolumeMount[] {
  const within = ({ mountPath }: V1VolumeMount) => `${outputDir}/`.startsWith(`${mountPath.replace(/\/+$/, '')}/`);
  const [found] = [...(steps.at(-1)?.volumeMounts ?? [])].filter(within).sort((a, b) => b.mountPath.length - a.mountPath.length);
  if (found === undefined)
    throw new StashError('Invalid', `task ${name}: outputDir ${outputDir} is in no volume, so nobody can read what the steps leave there`, {
      remedy: `Set the parameter outputDir of the steps to a directory below ${TMP_DIRECTORIES[0]}.`,
    });
  return shared.includes(found) ? [found] : [{ ...found, readOnly: true }];
}

function reference({ kind, name, uid = '' }: StashRun['owner']) {
  return { apiVersion: 'stash.appscode.com/v1beta1', kind, name, uid, controller: true };
}
