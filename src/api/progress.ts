import type { Static } from 'typebox';
import { time } from './formats.ts';
import { decimal, integer, list, oneOf, optional, struct, text } from './schema.ts';

export const Step = struct('One step of a run.', {
  name: text('Name of the step.'),
  phase: oneOf('How it stands.', ['Pending', 'Running', 'Succeeded', 'Failed', 'Skipped']),
  duration: optional(text('Time it took.')),
});
export type Step = Static<typeof Step>;
export const steps = optional(list('Steps of the run.', Step));

export const Progress = struct('How far a run is.', {
  step: text('The step that runs.'),
  percentDone: decimal('0 to 100.'),
  bytesDone: optional(integer('Bytes done.')),
  totalBytes: optional(integer('Bytes in all.')),
  filesDone: optional(integer('Files done.')),
  totalFiles: optional(integer('Files in all.')),
  updateTime: time('When this was true.'),
});
export type Progress = Static<typeof Progress>;

/** Fields of a run on one host that backup and restore share. */
export const hostRunFields = {
  hostname: optional(text('Name of the host in the repository.')),
  orderID: optional(text('Id of the order the agent got.')),
  startTime: optional(time('When it began.')),
  endTime: optional(time('When it ended.')),
  duration: optional(text('Time it took.')),
  error: optional(text('What failed.')),
  errorCode: optional(text('Stable code of the error.')),
  remedy: optional(text('What to do about it.')),
  message: optional(
    text(
      'What it waits for; or what was done, where that is not obvious: by what the operation was chosen, or where the previous data is.',
    ),
  ),
  steps,
  progress: optional(Progress),
};
