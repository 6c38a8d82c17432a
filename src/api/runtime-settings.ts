import type { Static } from 'typebox';
import { env, envFrom } from './kubernetes/env.ts';
import { Lifecycle, Probe } from './kubernetes/probe.ts';
import { ResourceRequirements } from './kubernetes/resources.ts';
import { Affinity, Toleration, TopologySpreadConstraint } from './kubernetes/scheduling.ts';
import { PodSecurityContext, SecurityContext } from './kubernetes/security-context.ts';
import { flag, integer, list, optional, struct, text, textMap } from './schema.ts';

export const podSettings = {
  podLabels: optional(textMap('Labels of the pod.')),
  podAnnotations: optional(textMap('Annotations of the pod.')),
  nodeSelector: optional(textMap('Labels the node must have.')),
  serviceAccountName: optional(text('Account the pod runs as.')),
  serviceAccountAnnotations: optional(textMap('Annotations of the account that is made for it.')),
  automountServiceAccountToken: optional(flag('Whether the token of the account is mounted.')),
  nodeName: optional(text('A certain node.')),
  securityContext: optional(PodSecurityContext),
  imagePullSecrets: optional(list('Secrets for pulling images.', struct('One Secret.', { name: optional(text('Name of the Secret.')) }))),
  affinity: optional(Affinity),
  schedulerName: optional(text('Scheduler of the pod.')),
  tolerations: optional(list('Taints the pod puts up with.', Toleration)),
  priorityClassName: optional(text('Priority class of the pod.')),
  priority: optional(integer('Priority of the pod.')),
  readinessGates: optional(
    list('Further conditions of readiness.', struct('One condition.', { conditionType: text('Type of the condition.') })),
  ),
  runtimeClassName: optional(text('Runtime class of the pod.')),
  enableServiceLinks: optional(flag('Whether services appear as environment variables.')),
  topologySpreadConstraints: optional(list('How pods are spread.', TopologySpreadConstraint)),
};

const PodRuntimeSettings = struct('Settings of pods that Stash makes.', podSettings);

export const ContainerRuntimeSettings = struct('Settings of the container or process that does the work.', {
  resources: optional(ResourceRequirements),
  livenessProbe: optional(Probe),
  readinessProbe: optional(Probe),
  lifecycle: optional(Lifecycle),
  securityContext: optional(SecurityContext),
  nice: optional(struct('CPU priority.', { adjustment: optional(integer('-20 (most) to 19 (least).', { minimum: -20, maximum: 19 })) })),
  ionice: optional(
    struct('Disk priority.', {
      class: optional(integer('0 none, 1 real time, 2 best effort, 3 idle.', { minimum: 0, maximum: 3 })),
      classData: optional(integer('0 (most) to 7 (least), for classes 1 and 2.', { minimum: 0, maximum: 7 })),
    }),
  ),
  env,
  envFrom,
});
export type ContainerRuntimeSettings = Static<typeof ContainerRuntimeSettings>;

export const RuntimeSettings = struct('How what does the work is run.', {
  pod: optional(PodRuntimeSettings),
  container: optional(ContainerRuntimeSettings),
});
export type RuntimeSettings = Static<typeof RuntimeSettings>;
