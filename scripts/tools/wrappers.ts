import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const FOLDERS = ['usr/sbin', 'usr/bin'];

/** Programs that look for their own files under /usr unless told; the flag goes last, since `--defaults-file` must come first. */
const NEEDS_BASE = new Set(['mariadbd', 'mariadb-install-db']);

const WANTED: Record<string, string[]> = {
  mariadb: ['mariadbd', 'mariadb', 'mariadb-backup', 'mariadb-install-db', 'mariadb-admin', 'mariadb-dump', 'mariadb-binlog', 'mbstream'],
  rclone: ['rclone'],
  ssh: ['ssh', 'ssh-keygen'],
  sshd: ['sshd'],
  prometheus: ['prometheus', 'promtool'],
};

/** Writes a starter into `binFolder` for each program of an unpacked package, with the libraries that came along. */
export async function writeWrappers(binFolder: string, root: string, name: string): Promise<void> {
  const libraries = await libraryFolders(root);
  for (const folder of FOLDERS) {
    for (const program of await readdir(join(root, folder)).catch(() => [])) {
      if (!(WANTED[name] ?? []).includes(program)) continue;
      const file = join(binFolder, program);
      await writeFile(file, wrapper(relative(binFolder, root), `${folder}/${program}`, libraries, NEEDS_BASE.has(program)));
      await chmod(file, 0o755);
    }
  }
}

function wrapper(root: string, program: string, libraries: string[], needsBase: boolean): string {
  const path = libraries.map((folder) => `$root/${folder}`).join(':');
  return `#!/bin/sh
root=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")/${root}" && pwd)
${path === '' ? '' : `export LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n`}exec "$root/${program}" "$@"${needsBase ? ' --basedir="$root/usr"' : ''}
`;
}

/** Where shared libraries are, relative to the root. */
async function libraryFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const top of ['lib', 'usr/lib']) {
    for (const entry of await readdir(join(root, top), { withFileTypes: true }).catch(() => [])) {
      if (entry.isDirectory() && entry.name.endsWith('-linux-gnu')) found.push(`${top}/${entry.name}`);
    }
  }
  return found;
}
