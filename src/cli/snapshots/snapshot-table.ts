import { formatBytes } from '../../rules/bytes.ts';
import { age } from '../output/age.ts';
import { tableLines } from '../output/table.ts';
import type { SnapshotObject } from './snapshot-object.ts';

/** Oldest first, as the engine lists them. */
export function snapshotTable(snapshots: readonly SnapshotObject[], wide: boolean, now: Date): string[] {
  const header = ['NAME', 'ID', 'HOST', 'PATHS', 'SIZE', 'OPERATION', 'TARGET', 'COMPLETE', 'TIME', 'AGE'];
  const rows = snapshots.map(({ metadata, status }) => {
    const id = metadata.uid ?? '';
    const row = [
      metadata.name,
      wide ? id : id.slice(0, 8),
      status.hostname,
      wide ? status.paths.join(',') : shortPaths(status.paths),
      status.totalSize === undefined ? '' : formatBytes(status.totalSize),
      status.operation ?? '',
      status.target ?? '',
      status.complete === undefined ? '' : status.complete ? 'yes' : 'no',
      metadata.creationTimestamp ?? '',
      age(metadata.creationTimestamp, now),
    ];
    return wide ? [...row, status.series ?? '', status.session ?? '', status.tags.join(',')] : row;
  });
  return tableLines(wide ? [...header, 'SERIES', 'SESSION', 'TAGS'] : header, rows);
}

function shortPaths(paths: readonly string[]): string {
  const [first = '', ...more] = paths;
  return more.length === 0 ? first : `${first} (+${more.length})`;
}
