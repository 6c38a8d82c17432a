import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Machine, machine } from './machine.ts';
import { configuration, localRepository, secret } from './manifests.ts';
import { quickRepository } from './repository.ts';

/** A machine at work with one directory to back up. */
export interface FilesMachine {
  stash: Machine;
  /** Of the repository `repo`, whose secret is `secret`. */
  path: string;
  /** The directory, host `docs`, with one file called `file`. */
  data: string;
}

/** `spec` is that of the configuration `docs`, which backs the directory up into `repo`. It runs when this resolves. */
export async function filesMachine(spec: Record<string, unknown> = {}, content: string | Buffer = 'content'): Promise<FilesMachine> {
  const stash = await machine();
  const path = join(stash.dir, 'repository');
  quickRepository(path);
  const data = join(stash.dir, 'docs');
  mkdirSync(data);
  writeFileSync(join(data, 'file'), content);
  await stash.apply(secret('secret'), localRepository('repo', path), configuration('docs', 'repo', [data], spec));
  await stash.up();
  return { stash, path, data };
}

/** Keeps the newest `keepLast` snapshots, and prunes. */
export function keep(keepLast: number): Record<string, unknown> {
  return { retentionPolicy: { name: 'keep', keepLast, prune: true } };
}
