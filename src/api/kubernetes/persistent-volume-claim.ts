import Type from 'typebox';
import { anything, oneOf, optional, struct, text, textList, textMap } from '../schema.ts';
import { LabelSelector } from './label-selector.ts';
import { VolumeResources } from './resources.ts';

const dataSource = (description: string, more = {}) =>
  optional(
    struct(description, {
      apiGroup: optional(text('API group of the source, for instance snapshot.storage.k8s.io.')),
      kind: text('Kind of the source, for instance VolumeSnapshot.'),
      name: text('Name of the source; `${POD_ORDINAL}` stands for the number of the pod.'),
      ...more,
    }),
  );

const ClaimSpec = struct('What the volume is.', {
  accessModes: optional(textList('How it can be mounted, for instance ReadWriteOnce.')),
  resources: optional(VolumeResources),
  storageClassName: optional(text('Class of the storage; the default class when absent.')),
  volumeName: optional(text('A certain PersistentVolume.')),
  volumeMode: optional(oneOf('Filesystem when absent.', ['Filesystem', 'Block'])),
  volumeAttributesClassName: optional(text('Class of the attributes of the volume.')),
  selector: optional(LabelSelector),
  dataSource: dataSource('What the volume is filled from.'),
  dataSourceRef: dataSource('What the volume is filled from.', { namespace: optional(text('Namespace of the source.')) }),
});

const claimMetadata = optional(
  struct('Name and labels of the claim.', {
    name: optional(
      text(
        'Name of the claim; `${POD_ORDINAL}` stands for the number of the replica, as in data-db-${POD_ORDINAL} for claim data of StatefulSet db.',
      ),
    ),
    generateName: optional(text('Beginning of the name.')),
    namespace: optional(text('Namespace of the claim.')),
    labels: optional(textMap('Labels of the claim.')),
    annotations: optional(textMap('Annotations of the claim.')),
    // Go programs print it as null, and a CRD refuses null where it is not allowed.
    creationTimestamp: optional(Type.Unsafe<string | null>({ type: 'string', nullable: true, description: 'Ignored.' })),
  }),
);

export const EmbeddedClaim = struct('A PersistentVolumeClaim that is made when it is needed.', {
  metadata: claimMetadata,
  spec: optional(ClaimSpec),
  status: optional(anything('Ignored; printed objects carry it.')),
});
