import type { BackupSession, BackupSessionStatus } from '../../api/backup-session.ts';
import type { HostBackupStats, RepositoryResult } from '../../api/backup-target-status.ts';
import { keyText } from '../../api/object.ts';

/** What one repository has of one host of a session. */
export interface HostResult {
  /** NAMESPACE/KIND/NAME. */
  target: string;
  host: HostBackupStats;
  /** NAMESPACE/NAME. */
  repository: string;
  result: RepositoryResult;
}

/** The status of a session with other results of those hosts that were at a GTID, and with what follows from them for the whole. */
export function withResults(
  { status, metadata: { namespace = '' } }: Readonly<BackupSession>,
  change: (of: HostResult) => RepositoryResult,
): BackupSessionStatus {
  const { replayableUntil: _before, ...rest } = status ?? {};
  const targets = rest.targets?.map((one) => {
    const { kind = '', name = '', namespace: own = namespace } = one.ref ?? {};
    const target = `${own}/${kind}/${name}`;
    const stats = one.stats?.map((host) => {
      if (!wasAtGtid(host) || host.repositories === undefined) return host;
      const repositories = host.repositories.map((result) =>
        change({ target, host, repository: keyText({ namespace: result.namespace ?? namespace, name: result.name }), result }),
      );
      return { ...host, repositories };
    });
    return stats === undefined ? one : { ...one, stats };
  });
  const until = replayableUntil((targets ?? []).flatMap(({ stats = [] }) => stats));
  return { ...rest, ...(until === undefined ? {} : { replayableUntil: until }), ...(targets === undefined ? {} : { targets }) };
}

/** Whether its data is what a MariaDB that writes binlogs had at a GTID position; that may be empty. */
export function wasAtGtid({ position }: HostBackupStats): boolean {
  return typeof (position as { gtid?: unknown } | undefined)?.gtid === 'string';
}

/** Of each host the best repository counts, and of all hosts the worst. */
function replayableUntil(hosts: readonly HostBackupStats[]): string | undefined {
  const ends = hosts.filter(wasAtGtid).map(({ repositories = [] }) =>
    repositories
      .flatMap(({ replayable }) => replayable?.until ?? [])
      .sort()
      .at(-1),
  );
  return ends.includes(undefined) ? undefined : ends.sort()[0];
}
