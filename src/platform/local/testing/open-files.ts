import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How far a process has read the files of a directory that it has open: their paths, and the byte it reads next. */
export function openFiles(pid: number, directory: string): Map<string, number> {
  const open = new Map<string, number>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const path = readlinkSync(`/proc/${pid}/fd/${fd}`);
      const position = /^pos:\s*(\d+)/.exec(readFileSync(join('/proc', String(pid), 'fdinfo', fd), 'utf8'))?.[1];
      if (path.startsWith(`${directory}/`)) open.set(path, Number(position));
    } catch {
      // It was closed just now.
    }
  }
  return open;
}
