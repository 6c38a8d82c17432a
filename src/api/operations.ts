import type { Static } from 'typebox';
import { duration, namespaceName, objectName, schedule } from './formats.ts';
import { Notification } from './notification.ts';
import { ObjectReference } from './references.ts';
import { ContainerRuntimeSettings } from './runtime-settings.ts';
import { decimal, described, flag, integer, list, oneOf, optional, struct, text } from './schema.ts';
import { params, TaskRef } from './task-ref.ts';

const alias = (description: string) =>
  text(description, {
    minLength: 1,
    maxLength: 63,
    pattern: '^[a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?$',
    accepts: 'letters, digits, "-", "_" and ".", at most 63',
  });

export const OPERATIONS = ['Full', 'Incremental', 'Log', 'RestoreTest'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const ExecOp = struct('One thing that is done on schedule.', {
  alias: alias('Name of the operation.'),
  schedule: optional(schedule('When it is done; only when asked for if absent.')),
  type: optional(
    oneOf('What it does; follows from well-known aliases (full, incremental, log, restoreTest, restoreTask) when absent.', OPERATIONS),
  ),
  paused: optional(flag('Do not do it on schedule; it can still be asked for.')),
});
export type ExecOp = Static<typeof ExecOp>;

const execAlias = (description: string, limits = {}) => list(description, alias('An alias.'), { maxItems: 16, ...limits });

const onceOnly = (what: string) => ({
  maxItems: 16,
  rules: [
    {
      rule: 'self.all(a, a.execAlias.all(x, self.filter(b, x in b.execAlias).size() == 1))',
      message: `an alias may be bound to one ${what} only`,
    },
  ],
});

export const FunctionBinding = struct('The function that does the backup for some aliases.', {
  execAlias: execAlias('Aliases this is for.', { minItems: 1 }),
  function: struct('The function and how it is run.', {
    name: objectName('Name of the Function.'),
    containerName: optional(text('Name of the container it runs in.', { maxLength: 63 })),
    params,
    runtimeSettings: optional(ContainerRuntimeSettings),
  }),
});
export type FunctionBinding = Static<typeof FunctionBinding>;

export const TaskBinding = struct('How the data is put back for some aliases.', {
  execAlias: execAlias('Aliases this is for.', { minItems: 1 }),
  task: described('The Task and its parameters.', TaskRef),
});
export type TaskBinding = Static<typeof TaskBinding>;

const VerifierRef = struct('The BackupVerifierConfiguration that tests the backups.', {
  name: objectName('Name of the BackupVerifierConfiguration.'),
  namespace: optional(namespaceName('Its namespace; that of the referring object when absent.')),
  when: oneOf('Test at the schedule of the restore-test alias, or after every backup.', ['Schedule', 'EveryBackup'], {
    default: 'Schedule',
  }),
});

const Chain = struct('When an incremental becomes a full.', {
  maxIncrementals: integer('Most incrementals after a full.', { default: 96, minimum: 0 }),
  maxRatio: decimal('Most bytes of incrementals, as a multiple of the full.', { default: 1, minimum: 0 }),
  onLostStage: oneOf('When the stage is lost: take a new full, or fetch the chain from the repository.', ['Full', 'Refetch'], {
    default: 'Full',
  }),
});

const Proof = struct('What taking checksums of the source may cost it.', {
  every: duration('At most this often.', { default: '24h' }),
  maxDuration: duration('At most this long.', { default: '10m' }),
  sample: text('Share of the tables, in percent.', {
    default: '100%',
    pattern: '^([0-9]{1,2}(\\.[0-9]+)?|100)%$',
    accepts: 'a percentage such as 100% or 12.5%',
  }),
});

const Objectives = struct('What is promised; not keeping it is a condition, an event and a metric.', {
  rpo: optional(duration('Most time between now and the newest point that can be restored.')),
  rto: optional(duration('Most time a restore may take.')),
});

const RepositoryBinding = struct('A Repository the backups are stored in.', {
  ...ObjectReference.properties,
  execAlias: optional(execAlias('Aliases that are stored there; all when absent.')),
});

export const repositories = optional(list('Several Repositories; not together with repository.', RepositoryBinding, { maxItems: 16 }));

/** Fields that BackupConfiguration, BackupBatch, the batch's members and BackupBlueprint share. */
export const operationFields = {
  execOps: optional(
    list('What is done on which schedule; not together with schedule.', ExecOp, {
      maxItems: 32,
      rules: [{ rule: 'self.all(a, self.filter(b, b.alias == a.alias).size() == 1)', message: 'an alias may stand here once only' }],
    }),
  ),
  timeZone: optional(text('Zone of all schedules, for instance Europe/Berlin; UTC when absent.', { maxLength: 64, check: 'timeZone' })),
  sidecar: optional(list('Which function does the backup for which alias.', FunctionBinding, onceOnly('function'))),
  restore: optional(list('How the data is put back for which alias.', TaskBinding, onceOnly('task'))),
  verifier: optional(VerifierRef),
  objectives: optional(Objectives),
  source: optional(
    oneOf('Back up the primary host or all; Primary where the function can tell, else All, when absent.', ['Primary', 'All']),
  ),
  chain: optional(Chain),
  missedRuns: optional(oneOf('Runs missed while Stash was down: run once (the default), or skip them.', ['RunOnce', 'Skip'])),
  jitter: optional(duration('Spread the runs over this time; the same delay for the same object. 0s when absent.')),
  proof: optional(Proof),
  notify: optional(list('Who is told.', Notification, { maxItems: 16 })),
};
