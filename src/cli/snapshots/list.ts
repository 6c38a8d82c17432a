import type { BackupSession } from '../../api/backup-session.ts';
import { SERIES, TAGS, tagText } from '../../api/names.ts';
import type { Repository } from '../../api/repository.ts';
import { accessOf } from '../../engine/backends/access.ts';
import type { Engine, RepositoryAccess, RunControl, Snapshot } from '../../engine/engine.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { optionalField } from '../../rules/optional-field.ts';
import { RECORDS_FILE, type RecordEntry, readRecords } from '../../rules/records.ts';
import { asRecorded } from '../../rules/window/recorded.ts';
import type { Store } from '../../store/store.ts';
import type { Cli } from '../cli.ts';
import { openEngine } from '../engine.ts';
import { readObject } from '../read.ts';

interface SnapshotWishes {
  host?: string;
  /** `NAMESPACE/KIND/NAME`. */
  target?: string;
  /** Those that hold no data of a target, too. */
  internal: boolean;
  /** Without those whose tags contradict the records: what the operator counts. */
  asRecorded?: boolean;
  /** The store is that of a cluster. */
  cluster?: boolean;
}

const DEADLINE_MS = 120_000;

/** A snapshot, and whether it has all that was to be stored; absent where nobody knows. */
export interface ListedSnapshot extends Snapshot {
  complete?: boolean;
}

/** The snapshots that are in the repository now, oldest first, read with the repository's own credentials. */
export async function listSnapshots(
  cli: Cli,
  store: Store,
  repository: { namespace: string; name: string },
  wishes: SnapshotWishes,
  dataDir: string,
): Promise<ListedSnapshot[]> {
  const object = await readObject(store, 'Repository', repository.name, repository.namespace);
  refuseDiskOfCluster(object, wishes);
  const access = await accessTo(store, object);
  const engine = await openEngine(cli, dataDir);
  const control = { signal: cli.signal, timeoutMs: DEADLINE_MS };
  const recorded = recordedEntries(engine, access, object.status?.repositoryID ?? '', control);
  const listed = engine.snapshots(
    access,
    {
      ...(wishes.host === undefined ? {} : { hosts: [wishes.host] }),
      ...(wishes.target === undefined ? {} : { tags: [tagText(TAGS.target, wishes.target)] }),
    },
    control,
  );
  const [found, entries] = await Promise.all([listed, recorded]);
  const complete = new Map([...storedBySessions(await sessionsOf(store)), ...entries.map((one) => [one.id, one.complete] as const)]);
  const internal = tagText(TAGS.series, SERIES.records);
  const counted = wishes.asRecorded === true ? asRecorded(found, entries) : found;
  const shown = wishes.internal ? counted : counted.filter((snapshot) => !snapshot.tags.includes(internal));
  return shown
    .map((snapshot) => ({ ...snapshot, ...optionalField('complete', complete.get(snapshot.id)) }))
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

/** What the records say, where they are ours; that they cannot be read keeps nobody from seeing what is there. */
async function recordedEntries(
  engine: Engine,
  access: RepositoryAccess,
  repositoryId: string,
  control: RunControl,
): Promise<RecordEntry[]> {
  if (repositoryId === '') return [];
  try {
    const text = await engine.load(access, { newestWith: tagText(TAGS.series, SERIES.records), path: `/${RECORDS_FILE}` }, control);
    return readRecords(text, access.env.RESTIC_PASSWORD ?? '', repositoryId)?.entries ?? [];
  } catch (thrown) {
    if (control.signal.aborted) throw thrown;
    return [];
  }
}

/** Who may read the repository may not see the sessions: then nobody knows of those that are not in the records yet. */
async function sessionsOf(store: Store): Promise<BackupSession[]> {
  try {
    return await store.list('BackupSession');
  } catch (error) {
    if (isCode(error, 'Forbidden')) return [];
    throw error;
  }
}

function refuseDiskOfCluster({ metadata, spec }: Repository, { cluster }: SnapshotWishes): void {
  if (!cluster || spec.backend.local === undefined) return;
  throw new StashError(
    'BackendUnsupported',
    `Repository ${metadata.name} is a disk of the cluster (backend "local"), which cannot be read from here`,
    {
      remedy: 'See its state with "describe repository"; what its sessions stored is in their status ("get backupsessions -o yaml").',
    },
  );
}

/** Of those that are not in the records yet. */
function storedBySessions(sessions: readonly BackupSession[]): [id: string, complete: boolean][] {
  const hosts = sessions.flatMap(({ status }) => (status?.targets ?? []).flatMap((target) => target.stats ?? []));
  return hosts.flatMap((host) =>
    (host.snapshots ?? []).map((one): [string, boolean] => [one.snapshotID ?? '', host.phase === 'Succeeded']),
  );
}

async function accessTo(store: Store, { metadata, spec }: Repository): Promise<RepositoryAccess> {
  const name = spec.backend.storageSecretName;
  const namespace = metadata.namespace ?? '';
  const secret = name === undefined ? undefined : await store.get('Secret', { namespace, name });
  if (secret === undefined) {
    throw new StashError(
      'SecretMissing',
      `the storage secret ${namespace}/${name ?? '(none named)'} of Repository ${metadata.name} does not exist`,
    );
  }
  const data = Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return accessOf({ name: metadata.name, namespace, spec }, Object.fromEntries(data));
}
