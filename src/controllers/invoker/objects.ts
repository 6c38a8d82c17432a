import type { BackupSession } from '../../api/backup-session.ts';
import { FINALIZER } from '../../api/names.ts';
import { sessionLabels } from '../../api/session-labels.ts';
import type { Invoker, PlannedOperation } from '../../rules/invoker.ts';
import { sessionName } from '../../rules/names.ts';
import { timeText } from '../context.ts';

const API_VERSION = 'stash.appscode.com/v1beta1';

/** The session of one tick. Its name follows from the tick, so that asking twice makes one. */
export function sessionForTick(invoker: Invoker, line: PlannedOperation, tick: Date, missedRun: boolean): BackupSession {
  const { kind, name } = invoker;
  const shell = sessionShell(invoker, line.alias);
  return {
    ...shell,
    metadata: { ...shell.metadata, name: tickName(invoker, line, tick) },
    spec: {
      invoker: { apiGroup: 'stash.appscode.com', kind, name },
      alias: line.alias,
      trigger: missedRun ? 'MissedRun' : 'Schedule',
      scheduledTime: timeText(tick),
      retryLeft: invoker.retry.max,
      ...(invoker.kind === 'BackupBatch' ? { members: line.members } : {}),
    },
  };
}

/** Each line of each invoker has a name of its own for a tick. */
export function tickName({ kind, namespace, name }: Invoker, line: PlannedOperation, tick: Date): string {
  return sessionName({ kind, namespace, name, alias: line.id, tick });
}

/** The session that repeats a failed one. Its name follows from the failed one's, so that asking twice makes one. */
export function retryOf(invoker: Invoker, failed: BackupSession): BackupSession {
  const { kind, namespace, name } = invoker;
  const alias = failed.spec.alias ?? '';
  const shell = sessionShell(invoker, alias);
  const tick = failed.spec.scheduledTime === undefined ? undefined : new Date(failed.spec.scheduledTime);
  const attempt = failed.spec.retryLeft ?? 0;
  const retried = sessionName({ kind, namespace, name, alias, tick, requestId: failed.metadata.name, attempt });
  return {
    ...shell,
    metadata: { ...shell.metadata, name: retried },
    spec: {
      ...failed.spec,
      alias,
      trigger: 'Retry',
      retryLeft: Math.max(0, (failed.spec.retryLeft ?? 0) - 1),
      retryOf: failed.metadata.name,
    },
  };
}

function sessionShell(invoker: Invoker, alias: string): Omit<BackupSession, 'spec'> {
  return {
    apiVersion: API_VERSION,
    kind: 'BackupSession',
    metadata: {
      name: '',
      namespace: invoker.namespace,
      labels: sessionLabels(labelled(invoker), alias),
      finalizers: [FINALIZER],
      ownerReferences: [
        { apiVersion: API_VERSION, kind: invoker.kind, name: invoker.name, uid: invoker.uid, controller: true, blockOwnerDeletion: true },
      ],
    },
  };
}

/** A batch has several targets, so its sessions are found by the invoker alone. */
function labelled(invoker: Invoker) {
  const target = invoker.kind === 'BackupConfiguration' ? invoker.members[0]?.target : undefined;
  return { apiVersion: API_VERSION, kind: invoker.kind, metadata: { name: invoker.name, namespace: invoker.namespace }, spec: { target } };
}
