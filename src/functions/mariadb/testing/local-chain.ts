import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIndex, type IndexLine } from '../../../rules/chain/metadata-index.ts';
import type { FunctionResult } from '../../contract.ts';
import type { BackupAccount } from './backup-account.ts';
import { callFunction, type FunctionCall } from './call-function.ts';
import type { TestServer } from './test-server.ts';

/** A chain of links as an agent stages it, made by the function itself. */
export interface LocalChain {
  readonly lines: IndexLine[];
  /** Begins the chain anew. */
  full(over?: Partial<FunctionCall>): Promise<FunctionResult>;
  /** Goes on from the last link; when the function answers `needFull`, nothing is added. */
  incremental(over?: Partial<FunctionCall>): Promise<FunctionResult>;
  /** A fresh copy as a restore finds it when it was fetched (a restore uses its source up); with other lines in its index, if told so. */
  copy(lines?: readonly IndexLine[]): string;
}

export function localChain(server: TestServer, account: BackupAccount): LocalChain {
  const directory = join(server.directory, 'chain');
  const lines: IndexLine[] = [];
  let [stages, copies] = [0, 0];
  const link = async (operation: 'Full' | 'Incremental', name: string, over: Partial<FunctionCall>) => {
    const last = lines.at(-1)?.link;
    const parent =
      last === undefined || operation === 'Full' ? {} : { parent: join(directory, last.directory), parentPosition: last.position };
    const stage = join(server.directory, `stage-${++stages}`);
    const connection = server.connection(account);
    const made = await callFunction({ function: 'mariadb-physical', operation, stage, connection, ...parent, ...over });
    if (made.needFull === undefined) {
      if (operation === 'Full') lines.length = 0;
      if (operation === 'Full') rmSync(directory, { recursive: true, force: true });
      cpSync(stage, join(directory, name), { recursive: true });
      const line = { operation, directory: name, host: 'host-0', position: made.position ?? {}, manifest: '' };
      lines.push({ time: '2026-11-22T01:30:00Z', alias: operation.toLowerCase(), link: line });
    }
    rmSync(stage, { recursive: true, force: true });
    return made;
  };
  return {
    lines,
    full: (over = {}) => link('Full', 'full', over),
    incremental: (over = {}) => link('Incremental', `incremental-${String(lines.length).padStart(4, '0')}`, over),
    copy: (told = lines) => {
      const source = join(server.directory, `source-${++copies}`);
      mkdirSync(source);
      cpSync(directory, source, { recursive: true });
      writeFileSync(join(source, 'metadata.index'), formatIndex(told));
      return source;
    },
  };
}
