import type { Static } from 'typebox';
import { list, optional, struct, text } from './schema.ts';

export const Param = struct('A value for one parameter.', {
  name: text('Name of the parameter.', { minLength: 1 }),
  value: text('Its value, always a text: quote numbers and booleans.'),
});
export type Param = Static<typeof Param>;

export const params = optional(list('Values for the parameters that the function or task declares.', Param));

export const TaskRef = struct('A Task and the values of its parameters.', {
  name: optional(text('Name of the Task; the default of the target’s kind when absent.')),
  params,
});
export type TaskRef = Static<typeof TaskRef>;
