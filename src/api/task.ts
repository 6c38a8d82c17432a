import type { Static } from 'typebox';
import { Volume } from './kubernetes/volume.ts';
import type { Resource } from './object.ts';
import { list, oneOf, optional, struct, text } from './schema.ts';
import { params } from './task-ref.ts';

const TaskStep = struct('One step.', {
  name: text('Name of the Function.', { minLength: 1, maxLength: 253 }),
  params,
  when: optional(oneOf('Finally: runs at the end, also after a failure.', ['Finally'])),
});

export const TaskSpec = struct('Functions that are run one after another.', {
  steps: optional(list('The steps, in order.', TaskStep, { maxItems: 32 })),
  volumes: optional(list('Volumes for the containers of the steps.', Volume)),
});
export type TaskSpec = Static<typeof TaskSpec>;

export type Task = Resource<TaskSpec, never>;
