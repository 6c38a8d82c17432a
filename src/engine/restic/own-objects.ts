/** One call on a storage for the objects of one repository, named as restic does: `config`, `keys/ID`, `data/00/ID`. */
export interface OwnObjects {
  /** All that are there. */
  list(): Promise<string[]>;
  /** Removes exactly these; one that is gone already is no error. */
  remove(names: string[]): Promise<void>;
  /** After the last: the folders restic had made, where they are empty. */
  tidy(): Promise<void>;
}

export const FOLDERS = ['data', 'index', 'keys', 'locks', 'snapshots'] as const;

/** Whether restic gives an object this name; whatever else lies there is somebody's. */
export function isOwn(name: string): boolean {
  return name === 'config' || /^(?:(?:index|keys|locks|snapshots)\/|data\/(?:[0-9a-f]{2}\/)?)[0-9a-f]{64}$/.test(name);
}

/** Ids of the objects in one folder. */
export function idsIn(folder: (typeof FOLDERS)[number], names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(name.lastIndexOf('/') + 1));
}

/**
 * The order of removal. Keys go last: until then nobody can make another repository at the place, and without `config` nobody can open
 * this one, so that a removal which was cut off is known as such.
 */
export function inOrder(names: readonly string[]): string[][] {
  const config = names.filter((name) => name === 'config');
  const keys = names.filter((name) => name.startsWith('keys/'));
  const rest = names.filter((name) => name !== 'config' && !name.startsWith('keys/'));
  return [rest, config, keys].filter((step) => step.length > 0);
}
