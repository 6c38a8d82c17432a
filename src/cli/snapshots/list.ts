import { SERIES, TAGS, tagText } from '../../api/names.ts';
import type { Repository } from '../../api/repository.ts';
import { accessOf } from '../../engine/backends/access.ts';
import type { RepositoryAccess, Snapshot } from '../../engine/engine.ts';
import { StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';
import type { Cli } from '../cli.ts';
import { openEngine } from '../engine.ts';
import { readObject } from '../read.ts';

export interface SnapshotWishes {
  host?: string;
  /** `NAMESPACE/KIND/NAME`. */
  target?: string;
  /** Those that hold no data of a target, too. */
  internal: boolean;
}

const DEADLINE_MS = 120_000;

/** The snapshots that are in the repository now, oldest first, read with the repository's own credentials. */
export async function listSnapshots(
  cli: Cli,
  store: Store,
  repository: { namespace: string; name: string },
  wishes: SnapshotWishes,
  dataDir: string,
): Promise<Snapshot[]> {
  const access = await accessTo(store, await readObject(store, 'Repository', repository.name, repository.namespace));
  const engine = await openEngine(cli, dataDir);
  const found = await engine.snapshots(
    access,
    {
      ...(wishes.host === undefined ? {} : { hosts: [wishes.host] }),
      ...(wishes.target === undefined ? {} : { tags: [tagText(TAGS.target, wishes.target)] }),
    },
    { signal: cli.signal, timeoutMs: DEADLINE_MS },
  );
  const internal = tagText(TAGS.series, SERIES.records);
  const shown = wishes.internal ? found : found.filter((snapshot) => !snapshot.tags.includes(internal));
  return shown.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
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
