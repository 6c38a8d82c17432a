import { gauge, stashGauge } from '../metric.ts';
import { INVOKER_USE, RESTORE_HOST, RESTORE_TARGET } from './labels.ts';

/** Of RestoreSessions and RestoreBatches that ended, as long as they are there. */
export const RESTORE = {
  success: stashGauge('restoresession_success', 'restore_session_success', INVOKER_USE, 'Whether the restore succeeded: 1 or 0.'),
  duration: stashGauge(
    'restoresession_duration_seconds',
    'restore_session_duration_seconds',
    INVOKER_USE,
    'Seconds that the restore took.',
  ),
  targets: stashGauge('restoresession_target_count_total', 'restore_target_count_total', INVOKER_USE, 'Targets of the restore.'),
  end: gauge('stash_appscode_com_restoresession_end_time_seconds', INVOKER_USE, 'When the restore ended, in seconds since 1970.'),
  failure: gauge('stash_appscode_com_restoresession_failure', [...INVOKER_USE, 'reason'], 'Why the restore failed; always 1.'),
  openStart: gauge(
    'stash_appscode_com_restoresession_open_start_time_seconds',
    [...INVOKER_USE, 'phase'],
    'Since when a restore that has not ended is under way, or waits, in seconds since 1970.',
  ),
  targetSuccess: stashGauge(
    'restoresession_target_success',
    'restore_target_success',
    RESTORE_TARGET,
    'Whether the target was restored: 1 or 0.',
  ),
  targetHosts: stashGauge(
    'restoresession_target_host_count_total',
    'restore_target_host_count_total',
    RESTORE_TARGET,
    'Hosts of the target.',
  ),
  hostSuccess: stashGauge(
    'restoresession_host_restore_success',
    'restore_host_restore_success',
    RESTORE_HOST,
    'Whether the host was restored: 1 or 0.',
  ),
  hostDuration: stashGauge(
    'restoresession_host_restore_duration_seconds',
    'restore_host_restore_duration_seconds',
    RESTORE_HOST,
    'Seconds that the restore of the host took.',
  ),
} as const;
