import { isAbsolute } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { BackupRequest, LoadRequest, RestoreRequest } from '../engine.ts';

/**
 * restic's command lines without the global flags. Values are joined to their flag (`--tag=x`) and operands follow `--`, so that nothing
 * a user named can be taken for a flag.
 */
export const argv = {
  version: () => ['version'],
  open: () => ['cat', 'config', '--no-lock'],
  init: () => ['init'],
  snapshots: () => ['snapshots', '--no-lock'],
  prune: (options: { maxRepackSize?: string; maxUnused?: string }) => [
    'prune',
    ...optional('--max-repack-size', options.maxRepackSize),
    ...optional('--max-unused', options.maxUnused),
  ],
  check: (options: { readData?: boolean; readDataSubset?: string }) => [
    'check',
    ...(options.readData === true ? ['--read-data'] : []),
    ...optional('--read-data-subset', options.readDataSubset),
  ],
  stats: () => ['stats', '--mode=raw-data', '--no-lock'],
  listKeys: () => ['list', 'keys', '--no-lock'],
  listLocks: () => ['list', 'locks', '--no-lock'],
  catLock: (id: string) => ['cat', 'lock', id, '--no-lock'],
  removeAllLocks: () => ['unlock', '--remove-all'],
  forget: (ids: string[]) => ['forget', '--', ...ids],
  dump: (request: LoadRequest) =>
    'snapshotId' in request
      ? ['dump', '--no-lock', '--', request.snapshotId, rooted(request.path)]
      : ['dump', '--no-lock', tag(request.newestWith), '--', 'latest', rooted(request.path)],
  backup,
  save,
  restore,
};

/** `hiddenNames`: environment variables that restic has and a command it starts must not. */
function backup(request: BackupRequest, hiddenNames: string[] = []): string[] {
  const common = ['backup', `--host=${request.host}`, ...request.tags.map(tag), ...(request.force ? ['--force'] : []), ...request.args];
  const { source } = request;
  if (source.type === 'paths') {
    return [...common, ...source.exclude.map((pattern) => `--exclude=${pattern}`), '--', ...source.paths.map(absolute)];
  }
  const hide = hiddenNames.flatMap((name) => ['-u', name]);
  return [...common, '--stdin-from-command', `--stdin-filename=${source.fileName}`, '--', 'env', ...hide, '--', ...source.command];
}

function save(request: { fileName: string; host: string; tags: string[] }): string[] {
  return ['backup', `--host=${request.host}`, ...request.tags.map(tag), '--stdin', `--stdin-filename=${request.fileName}`];
}

function restore(request: RestoreRequest): string[] {
  if (request.include.length > 0 && request.exclude.length > 0) {
    throw new StashError('Invalid', 'include and exclude cannot be combined in one restore');
  }
  const from = request.path === undefined ? request.snapshotId : `${request.snapshotId}:${absolute(request.path)}`;
  return [
    'restore',
    `--target=${absolute(request.target)}`,
    // Unchanged files are not fetched again; holes stay holes, so that what fitted before fits again.
    request.existing === 'leave' ? '--overwrite=never' : '--overwrite=if-changed',
    '--sparse',
    ...request.include.map((pattern) => `--include=${pattern}`),
    ...request.exclude.map((pattern) => `--exclude=${pattern}`),
    ...(request.delete ? ['--delete'] : []),
    ...request.args,
    '--',
    from,
  ];
}

/** restic takes a comma for two tags, and an empty one for none. */
function tag(text: string): string {
  if (text === '' || text.includes(','))
    throw new StashError('Invalid', `tag ${JSON.stringify(text)}: a tag is not empty and has no comma`);
  return `--tag=${text}`;
}

/** The name restic gives a file that came by standard input. */
export function rooted(fileName: string): string {
  return fileName.startsWith('/') ? fileName : `/${fileName}`;
}

/** A relative path is stored under another name than the snapshot says it has. */
function absolute(path: string): string {
  if (!isAbsolute(path)) throw new StashError('Invalid', `path ${JSON.stringify(path)} is not absolute`);
  return path;
}

function optional(flag: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${flag}=${value}`];
}
