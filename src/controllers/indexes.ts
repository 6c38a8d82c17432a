import type { BackupBatch } from '../api/backup-batch.ts';
import type { BackupConfiguration } from '../api/backup-configuration.ts';
import type { BackupSession } from '../api/backup-session.ts';
import { type AnyObject, keyText } from '../api/object.ts';
import type { TargetRef } from '../api/references.ts';
import type { Repository } from '../api/repository.ts';
import type { RestoreSession } from '../api/restore-session.ts';
import { isCode } from '../errors/error.ts';
import { blueprintNames } from '../rules/blueprint/annotations.ts';
import { placeOf } from '../rules/blueprint/marks.ts';
import { invokerOf } from '../rules/invoker.ts';
import type { Index, Store } from '../store/store.ts';
import { restoreTargets, targetKey, targetText } from './platform-port.ts';
import { linkedRepositories, needsRecording, storedRepositories, troubledRepositories } from './repository/sessions.ts';

type InvokerObject = BackupConfiguration | BackupBatch;
/** Of both kinds of invoker. */
interface InvokerIndex {
  keysOf(object: InvokerObject): readonly string[];
}

/** By what they back up: `NAMESPACE/KIND/NAME`. */
export const INVOKERS_BY_TARGET: InvokerIndex = {
  keysOf: (object) => invokerOf(object).members.map(({ target }) => textOf(target?.ref, object.metadata.namespace)),
};

/** By where they store: `NAMESPACE/NAME` of each Repository. */
export const INVOKERS_BY_REPOSITORY: InvokerIndex = { keysOf: (object) => invokerOf(object).repositories.map(keyText) };

/** By the AppBindings they name: `NAMESPACE/NAME`. */
export const INVOKERS_BY_APPLICATION: InvokerIndex = {
  keysOf: (object) =>
    invokerOf(object)
      .members.flatMap(({ target }) => [target?.ref?.kind === 'AppBinding' ? target.ref : [], target?.appBinding ?? []].flat())
      .map(({ namespace = object.metadata.namespace ?? '', name = '' }) => keyText({ namespace, name })),
};

/** For readers that change nothing; see `Store.view`. */
export async function invokersHaving(
  store: Pick<Store, 'view'>,
  index: InvokerIndex,
  key: string,
): Promise<readonly Readonly<InvokerObject>[]> {
  const having = { index, key };
  return (await Promise.all([store.view('BackupConfiguration', { having }), store.view('BackupBatch', { having })])).flat();
}

/** Those that wait or run, by what they are for; see `sessionsInvoker`. */
export const UNFINISHED_BACKUPS: Index<'BackupSession'> = {
  keysOf: (session) => (isUnfinished(session) ? [sessionsInvoker(session)] : []),
};

/** Those that wait or run, by what they write to: `NAMESPACE/KIND/NAME`. */
export const UNFINISHED_RESTORES: Index<'RestoreSession'> = {
  keysOf: (session) => (isUnfinished(session) ? restoreTargets(session.spec.target, session.metadata.namespace ?? '').map(targetText) : []),
};

/** By each Repository that does not have them in its records yet: `NAMESPACE/NAME`. */
export const UNRECORDED_SESSIONS: Index<'BackupSession'> = {
  keysOf: (session) => (needsRecording(session) ? storedRepositories(session) : []),
};

/** Those that have ended and stored what logs may go on from, by each Repository that has it: `NAMESPACE/NAME`. */
export const LINKED_SESSIONS: Index<'BackupSession'> = { keysOf: linkedRepositories };

/** By each Repository that they could not use: `NAMESPACE/NAME`. */
export const TROUBLED_SESSIONS: Index<'BackupSession'> = { keysOf: (session) => troubledRepositories(session).map(({ name }) => name) };

/** By where their snapshots are; see `placeOf`. */
export const REPOSITORIES_BY_PLACE: Index<'Repository'> = {
  keysOf: ({ spec, metadata }: Repository) => [placeOf(spec.backend, metadata.namespace ?? '')],
};

/** Possible targets by the blueprints they name; none where the annotation is wrong. */
export const TARGETS_BY_BLUEPRINT = { keysOf: ({ metadata }: AnyObject) => namedBlueprints(metadata.annotations ?? {}) };

function namedBlueprints(annotations: Record<string, string>): string[] {
  try {
    return blueprintNames(annotations);
  } catch (error) {
    if (!isCode(error, 'Invalid')) throw error;
    return [];
  }
}

/** `KIND/NAMESPACE/NAME`; any kind but BackupBatch is taken to be BackupConfiguration. */
export function sessionsInvoker({ spec, metadata }: BackupSession): string {
  const { kind, name } = spec.invoker;
  return `${kind === 'BackupBatch' ? kind : 'BackupConfiguration'}/${metadata.namespace}/${name}`;
}

/** The slot is free again once the data is stored. */
function isUnfinished({ status, metadata }: BackupSession | RestoreSession): boolean {
  const phase = status?.phase ?? 'Pending';
  return phase === 'Running' || (phase === 'Pending' && metadata.deletionTimestamp === undefined);
}

function textOf(ref: TargetRef | undefined, namespace = ''): string {
  return targetText(targetKey(ref ?? {}, namespace));
}
