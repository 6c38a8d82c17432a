import { createHash } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small directory with one of each thing that a restore could lose. */
export function makeTree(folder: string): void {
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
  writeFileSync(join(folder, 'plain.txt'), 'plain\n');
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'name with späce.bin'), noise(2_000_000));
  writeFileSync(join(folder, 'deep', 'er', 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(folder, 'deep', 'er', 'run.sh'), 0o751);
  writeFileSync(join(folder, 'left-out.tmp'), 'not wanted\n');
  symlinkSync('../nowhere', join(folder, 'deep', 'dangling'));
  linkSync(join(folder, 'plain.txt'), join(folder, 'deep', 'hard-link'));
}

/** Every entry below a folder, the excluded ones apart, with what must come back; entries that are one file share a number. */
export function readTree(folder: string): Record<string, string> {
  const inodes: number[] = [];
  const entries: Record<string, string> = {};
  const walk = (path: string) => {
    for (const name of readdirSync(join(folder, path)).toSorted()) {
      if (name.endsWith('.tmp')) continue;
      const entry = join(path, name);
      const stat = lstatSync(join(folder, entry));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) {
        entries[entry] = `directory ${mode}`;
        walk(entry);
      } else if (stat.isSymbolicLink()) {
        entries[entry] = `link to ${readlinkSync(join(folder, entry))}`;
      } else {
        if (!inodes.includes(stat.ino)) inodes.push(stat.ino);
        const content = createHash('sha256')
          .update(readFileSync(join(folder, entry)))
          .digest('hex');
        entries[entry] = `file ${inodes.indexOf(stat.ino)} ${mode} ${Math.floor(stat.mtimeMs)} ${content}`;
      }
    }
  };
  walk('');
  return entries;
}

/** Bytes that do not compress, the same every time. */
export function noise(size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 0; index * 64 < size; index++) blocks.push(createHash('sha512').update(`${index}`).digest());
  return Buffer.concat(blocks).subarray(0, size);
}
