import { stringify } from 'yaml';
import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { BackupSession } from '../../api/backup-session.ts';
import type { AnyObject } from '../../api/object.ts';
import type { Repository } from '../../api/repository.ts';
import type { RestoreBatch } from '../../api/restore-batch.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { isCode } from '../../errors/error.ts';
import type { Place } from '../../rules/not-yet.ts';
import { replayableNow } from '../../rules/window/replayable.ts';
import type { Store } from '../../store/store.ts';
import { conceal } from '../output/conceal.ts';
import { aliasPlans } from '../plan/aliases.ts';
import { lineBindingReader } from '../plan/line-bindings.ts';
import { madeSection } from './blueprint.ts';
import type { View } from './conditions.ts';
import { eventsSection } from './events.ts';
import { invokerSections } from './invoker.ts';
import { type Section, sectionText } from './layout.ts';
import { metadataSection } from './metadata.ts';
import { repositorySections } from './repository.ts';
import { backupSessionSections, restoreBatchSections, restoreSessionSections } from './sessions.ts';

/** Everything a person wants to know of an object: what is asked for, how it stands, what happened. */
export async function describeObject(store: Store, object: AnyObject, view: View, place: Place): Promise<string> {
  const made = object.kind === 'BackupBlueprint' ? [await madeSection(store, object)] : [];
  const kind = await kindSections(store, object, view, place);
  return sectionText([metadataSection(object, view.now), ...kind, ...made, await eventsSection(store, object, view)]);
}

async function kindSections(store: Store, object: AnyObject, view: View, place: Place): Promise<Section[]> {
  switch (object.kind) {
    case 'Repository':
      return repositorySections(object as Repository, view);
    case 'BackupConfiguration':
    case 'BackupBatch': {
      const invoker = object as BackupConfiguration | BackupBatch;
      return invokerSections(invoker, aliasPlans(invoker, await lineBindingReader(store, place)(invoker)), view);
    }
    case 'BackupSession':
      return backupSessionSections(await asOfNow(store, object as BackupSession), view);
    case 'RestoreSession':
      return restoreSessionSections(object as RestoreSession, view);
    case 'RestoreBatch':
      return restoreBatchSections(object as RestoreBatch, view);
    default:
      return plainSections(object);
  }
}

/** How far logs have come since a session was last written is known of what it is for. */
async function asOfNow(store: Store, session: BackupSession): Promise<BackupSession> {
  const { kind, name } = session.spec.invoker;
  const key = { namespace: session.metadata.namespace ?? '', name };
  const invoker = await store.get(kind === 'BackupBatch' ? 'BackupBatch' : 'BackupConfiguration', key).catch(unlessHidden);
  return { ...session, status: replayableNow(session, invoker?.status?.recoverable ?? []) };
}

/** Who may look at sessions need not be let at configurations. */
function unlessHidden(error: unknown): undefined {
  if (!isCode(error, 'Forbidden')) throw error;
}

/** Kinds without a layout of their own: their fields as they are. */
function plainSections(object: AnyObject): Section[] {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...fields } = conceal(object);
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({
      title: name.charAt(0).toUpperCase() + name.slice(1),
      lines: stringify(value, { lineWidth: 0 }).trimEnd().split('\n'),
    }));
}
