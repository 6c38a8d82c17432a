import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Function as StashFunction } from '../../api/function.ts';
import { readManifests } from '../../api/manifest.ts';
import { LABEL_VALUES, LABELS } from '../../api/names.ts';
import type { Task } from '../../api/task.ts';
import { validate } from '../../api/validate.ts';
import { StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';

const DIRECTORY = new URL('../../../catalog/', import.meta.url).pathname;

/** Puts the Functions and Tasks that ship into the store. Those are ours and follow the program; any other name is the user's. */
export async function applyCatalog(store: Store): Promise<void> {
  for (const name of (await readdir(DIRECTORY)).filter((one) => one.endsWith('.yaml')).sort()) {
    const { documents, problems } = readManifests(await readFile(join(DIRECTORY, name), 'utf8'), name);
    if (problems.length > 0) throw new StashError('Internal', `catalog/${name} is no valid YAML`);
    for (const { object } of documents) await applyOne(store, object, name);
  }
}

async function applyOne(store: Store, manifest: unknown, source: string): Promise<void> {
  const checked = validate(manifest);
  if (!checked.ok)
    throw new StashError('Internal', `catalog/${source}: ${checked.problems.map((one) => `${one.path}: ${one.message}`).join('; ')}`);
  const object = checked.object as StashFunction | Task;
  object.metadata.labels = { ...object.metadata.labels, [LABELS.managedBy]: LABEL_VALUES.managedBy };
  const kind = object.kind as 'Function' | 'Task';
  const key = { namespace: '', name: object.metadata.name };
  const stored = await store.get(kind, key);
  if (stored === undefined) await store.create(kind, object);
  else if (!isDeepStrictEqual(stored.spec, object.spec)) await store.replace(kind, { ...stored, spec: object.spec } as typeof stored);
}
