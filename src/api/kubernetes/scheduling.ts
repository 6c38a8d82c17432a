import { integer, list, oneOf, optional, struct, text, textList } from '../schema.ts';
import { LabelSelector } from './label-selector.ts';

const NodeSelectorRequirement = struct('One condition.', {
  key: text('Label or field the condition is about.'),
  operator: oneOf('How it is compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: optional(textList('What it is compared with.')),
});

const NodeSelectorTerm = struct('Conditions that must all hold.', {
  matchExpressions: optional(list('Conditions on labels of the node.', NodeSelectorRequirement)),
  matchFields: optional(list('Conditions on fields of the node.', NodeSelectorRequirement)),
});

const NodeAffinity = struct('Which nodes the pod goes to.', {
  requiredDuringSchedulingIgnoredDuringExecution: optional(
    struct('Must hold.', { nodeSelectorTerms: list('One of these must hold.', NodeSelectorTerm) }),
  ),
  preferredDuringSchedulingIgnoredDuringExecution: optional(
    list('Should hold.', struct('One wish.', { weight: integer('1 to 100.'), preference: NodeSelectorTerm })),
  ),
});

const PodAffinityTerm = struct('A set of pods and how near they are.', {
  labelSelector: optional(LabelSelector),
  namespaceSelector: optional(LabelSelector),
  namespaces: optional(textList('Namespaces of the pods; that of this pod when absent.')),
  topologyKey: text('Label of nodes that says what "together" means.'),
  matchLabelKeys: optional(textList('Labels of this pod that must be equal.')),
  mismatchLabelKeys: optional(textList('Labels of this pod that must differ.')),
});

const PodAffinity = struct('Which pods it goes near to, or away from.', {
  requiredDuringSchedulingIgnoredDuringExecution: optional(list('Must hold.', PodAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: optional(
    list('Should hold.', struct('One wish.', { weight: integer('1 to 100.'), podAffinityTerm: PodAffinityTerm })),
  ),
});

export const Affinity = struct('Where the pod goes.', {
  nodeAffinity: optional(NodeAffinity),
  podAffinity: optional(PodAffinity),
  podAntiAffinity: optional(PodAffinity),
});

export const Toleration = struct('A taint the pod puts up with.', {
  key: optional(text('Key of the taint; all when absent.')),
  operator: optional(oneOf('Equal when absent.', ['Exists', 'Equal'])),
  value: optional(text('Value of the taint.')),
  effect: optional(oneOf('Effect of the taint; all when absent.', ['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'])),
  tolerationSeconds: optional(integer('For how long.')),
});

export const TopologySpreadConstraint = struct('How pods are spread.', {
  maxSkew: integer('Largest difference.'),
  topologyKey: text('Label of nodes that makes the groups.'),
  whenUnsatisfiable: oneOf('What happens otherwise.', ['DoNotSchedule', 'ScheduleAnyway']),
  labelSelector: optional(LabelSelector),
  minDomains: optional(integer('Least number of groups.')),
  nodeAffinityPolicy: optional(text('Whether node affinity counts.')),
  nodeTaintsPolicy: optional(text('Whether taints count.')),
  matchLabelKeys: optional(textList('Labels of the pod that count.')),
});
