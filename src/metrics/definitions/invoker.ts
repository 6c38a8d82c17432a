import { counter, gauge } from '../metric.ts';
import { INVOKER, INVOKER_USE, LINE } from './labels.ts';

const INTERVAL = [...INVOKER, 'hostname', 'repository', 'timeline'];

/** Of BackupConfigurations and BackupBatches, as their status has it. */
export const INVOKERS = {
  info: gauge(
    'stash_appscode_com_invoker_info',
    [...INVOKER_USE, 'target_kind', 'target_name'],
    'What is backed up, and where to; always 1.',
  ),
  phase: gauge('stash_appscode_com_invoker_phase', [...INVOKER, 'phase'], 'Phase it is in: Ready, NotReady or Invalid; always 1.'),
  condition: gauge(
    'stash_appscode_com_invoker_condition',
    [...INVOKER, 'type', 'status', 'reason'],
    'Conditions with the status they have; always 1.',
  ),
  state: gauge(
    'stash_appscode_com_alias_state',
    [...LINE, 'operation', 'state'],
    'State of the alias: Scheduled, Paused, Unscheduled, NotSupportedYet or Invalid; always 1.',
  ),
  next: gauge('stash_appscode_com_alias_next_run_time_seconds', LINE, 'When the alias runs next, in seconds since 1970.'),
  interval: gauge('stash_appscode_com_alias_interval_seconds', LINE, 'Longest time between two runs of its schedule, in seconds.'),
  missed: counter('stash_appscode_com_alias_missed_runs_total', LINE, 'Runs that did not start at their time.'),
  archived: gauge('stash_appscode_com_alias_log_archived_time_seconds', LINE, 'Until when the log is stored, in seconds since 1970.'),
  uploaded: gauge('stash_appscode_com_alias_log_upload_time_seconds', LINE, 'When the log was last stored, in seconds since 1970.'),
  uploads: counter('stash_appscode_com_alias_log_uploads_total', LINE, 'Snapshots of the log that were stored.'),
  windowStart: gauge(
    'stash_appscode_com_recoverable_start_time_seconds',
    INTERVAL,
    'Beginning of the newest interval that can be restored to, in seconds since 1970.',
  ),
  windowEnd: gauge(
    'stash_appscode_com_recoverable_end_time_seconds',
    INTERVAL,
    'End of the newest interval that can be restored to, in seconds since 1970.',
  ),
  windowIntervals: gauge(
    'stash_appscode_com_recoverable_intervals',
    INTERVAL,
    'Intervals that can be restored to; between two of them is a hole.',
  ),
  proven: gauge('stash_appscode_com_proven_time_seconds', INTERVAL, 'When a restore was last proven, in seconds since 1970.'),
  rpo: gauge('stash_appscode_com_rpo_seconds', INVOKER, 'Recovery point measured, in seconds.'),
  rpoObjective: gauge('stash_appscode_com_rpo_objective_seconds', INVOKER, 'Recovery point that is promised, in seconds.'),
  rpoMet: gauge('stash_appscode_com_rpo_met', INVOKER, 'Whether the recovery point objective is kept: 1 or 0.'),
  rto: gauge('stash_appscode_com_rto_seconds', INVOKER, 'Recovery time measured, in seconds.'),
  rtoObjective: gauge('stash_appscode_com_rto_objective_seconds', INVOKER, 'Recovery time that is promised, in seconds.'),
  rtoMet: gauge('stash_appscode_com_rto_met', INVOKER, 'Whether the recovery time objective is kept: 1 or 0.'),
} as const;
