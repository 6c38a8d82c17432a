import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Function as StashFunction } from '../api/function.ts';
import { readManifests } from '../api/manifest.ts';
import { LABEL_VALUES, LABELS } from '../api/names.ts';
import type { Task } from '../api/task.ts';
import { validate } from '../api/validate.ts';
import { StashError } from '../errors/error.ts';

const DIRECTORY = new URL('../../catalog/', import.meta.url).pathname;

/** The Functions and Tasks that ship. Those are ours and follow the program; any other name is the user's. */
export async function readCatalog(): Promise<(StashFunction | Task)[]> {
  const names = (await readdir(DIRECTORY)).filter((one) => one.endsWith('.yaml')).sort();
  return (await Promise.all(names.map(readOne))).flat();
}

async function readOne(name: string): Promise<(StashFunction | Task)[]> {
  const { documents, problems } = readManifests(await readFile(join(DIRECTORY, name), 'utf8'), name);
  if (problems.length > 0) throw new StashError('Internal', `catalog/${name} is no valid YAML`);
  return documents.map((document) => {
    const checked = validate(document.object);
    if (!checked.ok)
      throw new StashError('Internal', `catalog/${name}: ${checked.problems.map((one) => `${one.path}: ${one.message}`).join('; ')}`);
    const object = checked.object as StashFunction | Task;
    object.metadata.labels = { ...object.metadata.labels, [LABELS.managedBy]: LABEL_VALUES.managedBy };
    return object;
  });
}
