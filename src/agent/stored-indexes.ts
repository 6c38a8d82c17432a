import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryRef } from '../orders/order.ts';
import { writeDurable } from '../process/durable.ts';

/** What a stage knows of what it stored in one Repository. */
export interface StoredIndex {
  /** Text of metadata.index. */
  remembered?: string;
  /** The same of an upload that began and was not seen to end: it may be there all the same. */
  storing?: string;
  /** The snapshot that holds `remembered`; ids are hashes, so that it need not be read to know what is in it. */
  snapshotId?: string;
}

export async function storedIndex(state: string, repository: RepositoryRef): Promise<StoredIndex> {
  const [remembered, storing, snapshotId] = await Promise.all([
    read(file(state, repository, 'index')),
    read(file(state, repository, 'storing')),
    read(file(state, repository, 'snapshot')),
  ]);
  return {
    ...(remembered === undefined ? {} : { remembered }),
    ...(storing === undefined ? {} : { storing }),
    ...(snapshotId === undefined ? {} : { snapshotId }),
  };
}

/** Before an upload. */
export async function rememberStoring(state: string, repository: RepositoryRef, text: string): Promise<void> {
  await writeDurable(file(state, repository, 'storing'), text);
}

/** After it. The id comes last: after a crash in between, the snapshot is an unknown one and is read. */
export async function rememberStored(state: string, repository: RepositoryRef, text: string, snapshotId: string): Promise<void> {
  await writeDurable(file(state, repository, 'index'), text);
  await writeDurable(file(state, repository, 'snapshot'), snapshotId);
  await rm(file(state, repository, 'storing'), { force: true });
}

function file(state: string, { namespace, name }: RepositoryRef, what: string): string {
  return join(state, 'stored', `${namespace}.${name}.${what}`);
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
