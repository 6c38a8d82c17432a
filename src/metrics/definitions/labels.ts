/** What makes sessions: a BackupConfiguration or BackupBatch, a RestoreSession or RestoreBatch. */
export const INVOKER = ['invoker_kind', 'invoker_name', 'namespace'] as const;
/** Stash's labels of an invoker, in the same order. */
export const INVOKER_USE = [...INVOKER, 'driver', 'repository'] as const;
/** One alias of an invoker; `member` where it is a line of one member of a batch. */
export const LINE = [...INVOKER_USE, 'alias', 'member'] as const;
export const TARGET = [...LINE, 'kind', 'group', 'name'] as const;
export const HOST = [...TARGET, 'hostname'] as const;
export const RESTORE_TARGET = [...INVOKER_USE, 'kind', 'group', 'name'] as const;
export const RESTORE_HOST = [...RESTORE_TARGET, 'hostname'] as const;
export const REPOSITORY_LABELS = ['namespace', 'name', 'backend', 'bucket', 'prefix'] as const;
