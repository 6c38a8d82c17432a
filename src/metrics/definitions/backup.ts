import { gauge, stashGauge } from '../metric.ts';
import { HOST, LINE, TARGET } from './labels.ts';

/** Of the newest session of an alias that ended in success or failure, unless it says otherwise. */
export const BACKUP = {
  success: stashGauge('backupsession_success', 'backup_session_success', LINE, 'Whether the newest ended session succeeded: 1 or 0.'),
  duration: stashGauge(
    'backupsession_duration_seconds',
    'backup_session_duration_seconds',
    LINE,
    'Seconds that the newest ended session took.',
  ),
  targets: stashGauge('backupsession_target_count_total', 'backup_target_count_total', LINE, 'Targets of the newest ended session.'),
  lastSuccess: stashGauge(
    'backupsession_last_success_time_seconds',
    'backup_last_success_time_seconds',
    LINE,
    'When the newest session that succeeded ended, in seconds since 1970.',
  ),
  end: gauge('stash_appscode_com_backupsession_end_time_seconds', LINE, 'When the newest ended session ended, in seconds since 1970.'),
  failure: gauge('stash_appscode_com_backupsession_failure', [...LINE, 'reason'], 'Why the newest ended session failed; always 1.'),
  nextRetry: gauge(
    'stash_appscode_com_backupsession_next_retry_time_seconds',
    LINE,
    'When the newest ended session, which failed, is repeated, in seconds since 1970.',
  ),
  openStart: gauge(
    'stash_appscode_com_backupsession_open_start_time_seconds',
    [...LINE, 'phase'],
    'Since when the oldest session that has not ended is under way, or waits, in seconds since 1970.',
  ),
  openDeadline: gauge(
    'stash_appscode_com_backupsession_open_deadline_time_seconds',
    LINE,
    'When the oldest session that has not ended is stopped, in seconds since 1970.',
  ),
  targetSuccess: stashGauge('backupsession_target_success', 'backup_target_success', TARGET, 'Whether the target was backed up: 1 or 0.'),
  targetHosts: stashGauge('backupsession_target_host_count_total', 'backup_target_host_count_total', TARGET, 'Hosts of the target.'),
  targetLastSuccess: stashGauge(
    'backupsession_target_last_success_time_seconds',
    'backup_target_last_success_time_seconds',
    TARGET,
    'When the target was last backed up, in seconds since 1970.',
  ),
  hostSuccess: stashGauge(
    'backupsession_host_backup_success',
    'backup_host_backup_success',
    HOST,
    'Whether the host was backed up: 1 or 0.',
  ),
  hostDuration: stashGauge(
    'backupsession_host_backup_duration_seconds',
    'backup_host_backup_duration_seconds',
    HOST,
    'Seconds that the backup of the host took.',
  ),
  hostSize: stashGauge('backupsession_host_data_size_bytes', 'backup_host_data_size_bytes', HOST, 'Bytes that were backed up.'),
  hostUploaded: stashGauge(
    'backupsession_host_data_uploaded_bytes',
    'backup_host_data_uploaded_bytes',
    HOST,
    'Bytes that were added to the repository.',
  ),
  hostProcessing: stashGauge(
    'backupsession_host_data_processing_time_seconds',
    'backup_host_data_processing_time_seconds',
    HOST,
    'Seconds that storing the data took.',
  ),
  hostFiles: stashGauge('backupsession_host_files_total', 'backup_host_files_total', HOST, 'Files that were backed up.'),
  hostFilesNew: stashGauge('backupsession_host_files_new', 'backup_host_files_new', HOST, 'Files that are new.'),
  hostFilesModified: stashGauge('backupsession_host_files_modified', 'backup_host_files_modified', HOST, 'Files that changed.'),
  hostFilesUnmodified: stashGauge(
    'backupsession_host_files_unmodified',
    'backup_host_files_unmodified',
    HOST,
    'Files that did not change.',
  ),
  forcedFull: gauge(
    'stash_appscode_com_backupsession_forced_full',
    [...HOST, 'reason'],
    'The newest ended session made a full backup where an incremental one was asked for, and why; always 1.',
  ),
} as const;
