import type { BackupSession } from '../../api/backup-session.ts';
import { memberKey } from '../../rules/invoker.ts';
import { CONDITIONS, type ConditionChange } from '../conditions.ts';

/**
 * Whether every server of a replicated set writes what it replicates into its own binlog, as the newest session heard it; nothing where no
 * target has several hosts that told. Without it the log of a replica that becomes the primary does not go on from the one before.
 */
export function logSlaveUpdates(sessions: readonly BackupSession[]): ConditionChange[] {
  const newestFirst = [...sessions].sort((a, b) => created(b).localeCompare(created(a)));
  for (const session of newestFirst) {
    const told = hostsOf(session);
    if (told.length === 0) continue;
    const off = told.filter(({ on }) => !on).map(({ name }) => name);
    const type = CONDITIONS.logSlaveUpdates;
    if (off.length === 0) return [{ type, status: 'True', reason: 'AllServers', message: 'every server logs what it replicates' }];
    const message = `log_slave_updates is OFF on ${off.join(', ')}: after a failover to it archived binlogs would have a hole; set it to ON and restart it`;
    return [{ type, status: 'False', reason: 'LogSlaveUpdatesOff', message }];
  }
  return [];
}

/** Of the targets of which several hosts have told. */
function hostsOf({ status, metadata }: BackupSession): { name: string; on: boolean }[] {
  return (status?.targets ?? []).flatMap((target) => {
    const told = (target.stats ?? []).flatMap(({ hostname, evidence }) => {
      const on = (evidence as { logSlaveUpdates?: unknown } | undefined)?.logSlaveUpdates;
      return typeof on === 'boolean' ? [{ name: `${hostname} of ${memberKey(target.ref, metadata.namespace ?? '')}`, on }] : [];
    });
    return told.length > 1 ? told : [];
  });
}

function created({ metadata }: BackupSession): string {
  return `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
}
