import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a link is made of. */
export interface LinkManifest {
  /** sha256 over the sorted `size path` lines of its files: a file that is lost, cut or not of this link makes another one. */
  digest: string;
  bytes: number;
}

/** Throws what the file system says, when the directory is not there for instance. */
export async function manifestOf(directory: string): Promise<LinkManifest> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  const sized = await Promise.all(files.map(async (file) => ({ file: file.slice(directory.length + 1), size: (await lstat(file)).size })));
  const lines = sized.map(({ file, size }) => `${size} ${file}\n`);
  return {
    digest: createHash('sha256').update(lines.sort().join('')).digest('hex'),
    bytes: sized.reduce((sum, { size }) => sum + size, 0),
  };
}
