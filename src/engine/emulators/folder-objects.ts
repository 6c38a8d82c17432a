import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { TestStorage } from './storage.ts';

/** Of a storage whose objects are files in a folder here. */
export function folderObjects(folder: string): Required<Pick<TestStorage, 'put' | 'list'>> {
  return {
    put: async (name) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), name);
    },
    list: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    },
  };
}
