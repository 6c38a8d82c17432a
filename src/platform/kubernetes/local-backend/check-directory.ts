import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a restic repository has at its top; a new one has none of it. */
const PARTS = ['config', 'data', 'index', 'keys', 'locks', 'snapshots'];

interface User {
  uid: number;
  gid: number;
  /** Further ones. */
  groups: readonly number[];
}

/** Why this process cannot keep a repository in the directory, and what to do about it; undefined when it can. */
export function checkDirectory(directory: string, user: User): string | undefined {
  for (const path of [directory, ...PARTS.map((part) => join(directory, part))]) {
    try {
      const stats = statSync(path);
      const { R_OK, W_OK, X_OK } = constants;
      accessSync(path, stats.isDirectory() ? R_OK | W_OK | X_OK : R_OK);
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
      if (code === 'ENOENT' && path !== directory) continue;
      return explain(path === directory ? 'the volume' : `${path.slice(directory.length + 1)} on the volume`, code, statsOf(path), user);
    }
  }
  return undefined;
}

function explain(what: string, code: string, stats: Stats | undefined, { uid, gid, groups }: User): string {
  if (code === 'EROFS') return `${what} is read-only`;
  if (code !== 'EACCES' && code !== 'EPERM') return `${what} cannot be used: ${code}`;
  const who = `the server runs as user ${uid} and group ${[gid, ...groups.filter((one) => one !== gid)].join(', ')}`;
  if (stats === undefined) return `${what} cannot be looked at (${code}), and ${who}`;
  const mode = (stats.mode & 0o7777).toString(8);
  return (
    `${what} belongs to user ${stats.uid} and group ${stats.gid} with mode ${mode}, and ${who}, who may not read and write it. ` +
    `Give it to user ${uid}, or set localBackend.securityContext.runAsUser of the chart to ${stats.uid}`
  );
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
