import type { BackupSession } from '../api/backup-session.ts';
import type { Invoker, PlannedOperation } from '../rules/invoker.ts';

/** The sessions there are, found by what made them. Built once a scrape: looking for them in a list each time would be quadratic. */
export function indexSessions(sessions: readonly BackupSession[]): (invoker: Invoker) => readonly BackupSession[] {
  const found = Map.groupBy(sessions, ({ metadata, spec }) => place(spec.invoker.kind, metadata.namespace ?? '', spec.invoker.name));
  return ({ kind, namespace, name }) => found.get(place(kind, namespace, name)) ?? [];
}

/** Those of one line of its schedule, oldest first. */
export function sessionsOfLine(invoker: Invoker, line: PlannedOperation, all: readonly BackupSession[]): BackupSession[] {
  const only = invoker.operations.length === 1 ? line.alias : undefined;
  return all
    .filter(({ spec }) => (spec.alias ?? only) === line.alias && (spec.members?.some((key) => line.members.includes(key)) ?? true))
    .sort((a, b) => created(a).localeCompare(created(b)) || a.metadata.name.localeCompare(b.metadata.name));
}

/** The newest that came to a result; one that was skipped did not. */
export function newestEnded(sessions: readonly BackupSession[]): BackupSession | undefined {
  return sessions.findLast(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
}

/** The oldest that is under way or waits. */
export function oldestOpen(sessions: readonly BackupSession[]): BackupSession | undefined {
  return sessions.find(({ status }) => !['Succeeded', 'Failed', 'Skipped'].includes(status?.phase ?? ''));
}

function created({ metadata }: BackupSession): string {
  return metadata.creationTimestamp ?? '';
}

function place(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
