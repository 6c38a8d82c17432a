import { gauge, stashGauge } from '../metric.ts';
import { REPOSITORY_LABELS as LABELS } from './labels.ts';

export const REPOSITORY = {
  integrity: stashGauge('repository_integrity', 'repository_integrity', LABELS, 'Whether the newest check found no error: 1 or 0.'),
  size: stashGauge('repository_size_bytes', 'repository_size_bytes', LABELS, 'Bytes that the repository takes.'),
  snapshots: stashGauge('repository_snapshot_count', 'repository_snapshot_count', LABELS, 'Snapshots in the repository.'),
  cleaned: stashGauge('repository_snapshot_cleaned', 'repository_snapshot_cleaned', LABELS, 'Snapshots that the newest cleanup removed.'),
  usable: gauge('stash_appscode_com_repository_usable', LABELS, 'Whether backups can be stored in it: 1 or 0.'),
  error: gauge('stash_appscode_com_repository_error', [...LABELS, 'code'], 'Why it cannot be used; always 1.'),
  condition: gauge(
    'stash_appscode_com_repository_condition',
    [...LABELS, 'type', 'status', 'reason'],
    'Conditions with the status they have; always 1.',
  ),
  locks: gauge('stash_appscode_com_repository_locks', [...LABELS, 'holder'], 'Locks by whose they are: Ours, Ended or Foreign.'),
  recorded: gauge('stash_appscode_com_repository_recorded_snapshots', LABELS, 'Snapshots in the records.'),
  unexplained: gauge(
    'stash_appscode_com_repository_unexplained_snapshots',
    LABELS,
    'Snapshots that no record and no open session explains.',
  ),
  lastBackup: gauge(
    'stash_appscode_com_repository_last_backup_time_seconds',
    LABELS,
    'When the newest backup was stored, in seconds since 1970.',
  ),
  lastCheck: gauge('stash_appscode_com_repository_last_check_time_seconds', LABELS, 'When it was last checked, in seconds since 1970.'),
  lastMaintenance: gauge(
    'stash_appscode_com_repository_last_maintenance_time_seconds',
    LABELS,
    'When the newest maintenance ended, in seconds since 1970.',
  ),
  maintained: gauge(
    'stash_appscode_com_repository_maintenance_success',
    LABELS,
    'Whether the newest maintenance that ended succeeded: 1 or 0.',
  ),
} as const;
