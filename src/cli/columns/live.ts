import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import type { KindName } from '../../api/kinds.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { aliasesOf } from '../invoker.ts';
import { age, relative } from '../output/age.ts';
import type { Column } from './columns.ts';

/** Columns that no JSON path can say, for the kinds people look at most; they stand before AGE. */
export function liveColumns(kind: KindName): Column[] {
  return LIVE[kind] ?? [];
}

const invokerColumns: Column[] = [
  { header: 'ALIASES', cell: (object) => aliasesOf(object as BackupConfiguration).join(',') },
  {
    header: 'NEXT',
    cell: (object, now) => {
      const [next] = operations(object)
        .flatMap((one) => (one.next === undefined ? [] : [one.next]))
        .sort();
      return next === undefined ? '' : relative(new Date(next), now);
    },
  },
  {
    header: 'LAST-SUCCESS',
    cell: (object, now) =>
      age(
        operations(object)
          .flatMap((one) => (one.lastSuccessTime === undefined ? [] : [one.lastSuccessTime]))
          .sort()
          .at(-1),
        now,
      ),
  },
];

const sessionProgress: Column = {
  header: 'PROGRESS',
  cell: (object) => {
    const running = hosts(object as BackupSession | RestoreSession).filter((host) => host.phase === 'Running');
    const [first, ...more] = running;
    if (first?.progress === undefined) return ' ';
    // Of several hosts the one that is furthest behind is what people wait for.
    const percent = Math.min(...running.map((host) => host.progress?.percentDone ?? 0));
    return `${more.length === 0 ? `${first.progress.step} ` : ''}${Math.floor(percent)}%`;
  },
};

const LIVE: Partial<Record<KindName, Column[]>> = {
  BackupConfiguration: invokerColumns,
  BackupBatch: invokerColumns,
  BackupSession: [sessionProgress],
  RestoreSession: [sessionProgress],
};

function operations(object: unknown) {
  return (object as BackupConfiguration | BackupBatch).status?.execOps ?? [];
}

function hosts(session: BackupSession | RestoreSession) {
  if (session.kind === 'RestoreSession') return (session as RestoreSession).status?.stats ?? [];
  return ((session as BackupSession).status?.targets ?? []).flatMap((target) => target.stats ?? []);
}
