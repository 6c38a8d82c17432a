import Type from 'typebox';
import { quantity } from '../formats.ts';
import { list, optional, struct, text } from '../schema.ts';

const quantities = (description: string) =>
  optional(Type.Record(Type.String(), quantity('A quantity such as 500m or 1Gi.'), { description }));

export const ResourceRequirements = struct('What the container needs and may use at most.', {
  requests: quantities('What is set aside for it.'),
  limits: quantities('What it may use at most.'),
  claims: optional(
    list(
      'Resource claims of the pod that it uses.',
      struct('One claim.', { name: text('Name of the claim.'), request: optional(text('One request of it.')) }),
    ),
  ),
});

export const VolumeResources = struct('Size of the volume.', {
  requests: quantities('At least this.'),
  limits: quantities('At most this.'),
});
