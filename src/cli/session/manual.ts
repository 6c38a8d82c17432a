import type { BackupSession } from '../../api/backup-session.ts';
import { KINDS } from '../../api/kinds.ts';
import { GROUP } from '../../api/names.ts';
import { sessionLabels } from '../../api/session-labels.ts';
import { StashError } from '../../errors/error.ts';
import { invokerOf, type PlannedOperation } from '../../rules/invoker.ts';
import { sessionName } from '../../rules/names.ts';
import type { InvokerObject } from '../invoker.ts';

interface ManualRun {
  alias: string;
  /** Of a batch: only this member, by its key. */
  member?: string;
  requestId: string;
  now: Date;
}

/**
 * The sessions of a run that was asked for. One, except for a batch in which members have the alias on a schedule of their own: each
 * such line has its own sessions, and so has a run of it.
 */
export function manualSessions(object: InvokerObject, run: ManualRun): BackupSession[] {
  const lines = invokerOf(object).operations.filter((line) => line.alias === run.alias);
  if (object.kind !== 'BackupBatch') {
    if (run.member !== undefined) throw new StashError('Usage', '--member is for a BackupBatch');
    return [session(object, run, run.alias, undefined)];
  }
  const chosen = lines.map((line) => ({ line, members: membersOf(line, run.member) })).filter(({ members }) => members.length > 0);
  if (chosen.length > 0) return chosen.map(({ line, members }) => session(object, run, line.id, members));
  const known = lines.flatMap((line) => line.members).join(', ');
  throw new StashError('NotFound', `no member "${run.member}" has the alias "${run.alias}"; those that have it: ${known}`, {
    remedy: 'Choose one of these with --member.',
  });
}

function membersOf(line: PlannedOperation, member: string | undefined): string[] {
  return member === undefined ? line.members : line.members.filter((key) => key.toLowerCase() === member.toLowerCase());
}

/** `id` is the alias, or for a member's own line the alias with the member, so that their names differ. */
function session(object: InvokerObject, run: ManualRun, id: string, members: string[] | undefined): BackupSession {
  const { kind, metadata, spec } = object;
  const namespace = metadata.namespace ?? 'default';
  return {
    apiVersion: KINDS.BackupSession.apiVersion,
    kind: 'BackupSession',
    metadata: {
      name: sessionName({ kind, namespace, name: metadata.name, alias: id, tick: run.now, requestId: run.requestId }),
      namespace,
      labels: sessionLabels(object, run.alias),
      ownerReferences: [{ apiVersion: object.apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }],
    },
    spec: {
      invoker: { apiGroup: GROUP, kind, name: metadata.name },
      alias: run.alias,
      trigger: 'Manual',
      requestID: run.requestId,
      ...(members === undefined ? {} : { members }),
      ...(spec.retryConfig === undefined ? {} : { retryLeft: spec.retryConfig.maxRetry }),
    },
  };
}
