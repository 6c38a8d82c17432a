import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A small tree of documents: text, random bytes, an empty directory, a link. */
export async function makeDocuments(directory: string): Promise<void> {
  for (let year = 2020; year < 2026; year++) {
    const folder = join(directory, String(year));
    await mkdir(folder, { recursive: true });
    for (let number = 0; number < 40; number++) {
      await writeFile(join(folder, `invoice-${number}.txt`), `Invoice ${year}-${number}\n`.repeat(50 + number));
    }
    await writeFile(join(folder, 'scan.bin'), randomBytes(1024 * 1024));
  }
  await mkdir(join(directory, 'empty'));
  await symlink('2025/invoice-1.txt', join(directory, 'latest.txt'));
}

/** A line a file: mode, name and sha256 of the content (or where a link points to); equal trees give equal texts. */
export async function fingerprint(directory: string): Promise<string> {
  const names = (await readdir(directory, { recursive: true })).sort();
  const lines = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const stat = await lstat(path);
      const content = stat.isSymbolicLink() ? await readlink(path) : stat.isDirectory() ? 'directory' : await sha256(path);
      return `${(stat.mode & 0o7777).toString(8)} ${name} ${content}`;
    }),
  );
  return lines.join('\n');
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
