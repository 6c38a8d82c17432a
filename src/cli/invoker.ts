import type { BackupBatch } from '../api/backup-batch.ts';
import type { BackupConfiguration } from '../api/backup-configuration.ts';
import { StashError } from '../errors/error.ts';
import { DEFAULT_ALIAS, invokerOf } from '../rules/invoker.ts';
import type { Store } from '../store/store.ts';
import { readObject } from './read.ts';
import { parseRef } from './resolve.ts';

/** What can ask for backups, as it is stored. */
export type InvokerObject = BackupConfiguration | BackupBatch;
type InvokerKind = 'BackupConfiguration' | 'BackupBatch';

/** What `CONFIG` on a command line means: a BackupConfiguration by name, or `backupbatch/NAME`. */
export function parseInvokerRef(text: string): { kind: InvokerKind; name: string } {
  const { kind, name } = parseRef(text, 'BackupConfiguration');
  if (kind !== 'BackupConfiguration' && kind !== 'BackupBatch') {
    throw new StashError('Usage', `"${text}" is neither a BackupConfiguration nor a BackupBatch`);
  }
  return { kind, name };
}

export async function readInvoker(store: Store, text: string, namespace: string): Promise<InvokerObject> {
  const { kind, name } = parseInvokerRef(text);
  return readObject(store, kind, name, namespace);
}

/** Every alias, members' own ones included, each once. */
export function aliasesOf(object: InvokerObject): string[] {
  const aliases = new Set(invokerOf(object).operations.map((operation) => operation.alias));
  // Neither schedule nor execOps: it runs only when asked for.
  return aliases.size === 0 ? [DEFAULT_ALIAS] : [...aliases];
}

/** The alias that is meant; Usage or NotFound with the ones there are when that is not clear. */
export function chooseAlias(object: InvokerObject, given: string | undefined): string {
  const aliases = aliasesOf(object);
  const [only] = aliases;
  if (given === undefined && only !== undefined && aliases.length === 1) return only;
  if (given !== undefined && aliases.includes(given)) return given;
  const name = `${object.kind}/${object.metadata.name}`;
  const list = `its aliases are ${aliases.join(', ')}`;
  if (given === undefined) throw new StashError('Usage', `${name} has several aliases: choose one with --alias; ${list}`);
  throw new StashError('NotFound', `${name} has no alias "${given}"; ${list}`, { remedy: 'Choose one of these with --alias.' });
}
