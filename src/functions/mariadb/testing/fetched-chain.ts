import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIndex } from '../../../rules/chain/metadata-index.ts';
import { type BackupAccount, makeBackupAccount } from './backup-account.ts';
import { callFunction } from './call-function.ts';
import type { TestServer } from './test-server.ts';

/** A full backup as a restore finds it when it was fetched. */
export interface FetchedChain {
  account: BackupAccount;
  position: Record<string, unknown>;
  /** A fresh copy of it (a restore uses its source up); `position` overrides what its index says. */
  copy(position?: Record<string, unknown>): string;
}

/** Backs the server up, with an account made for it. */
export async function fetchedChain(server: TestServer): Promise<FetchedChain> {
  const account = await makeBackupAccount(server);
  const stage = join(server.directory, 'backup');
  const { position = {} } = await callFunction({
    function: 'mariadb-physical',
    operation: 'Full',
    stage,
    connection: server.connection(account),
  });
  let count = 0;
  return {
    account,
    position,
    copy: (over = {}) => {
      const source = join(server.directory, `source-${++count}`);
      mkdirSync(source);
      cpSync(stage, join(source, 'full'), { recursive: true });
      writeFileSync(join(source, 'metadata.index'), index({ ...position, ...over }));
      return source;
    },
  };
}

function index(position: Record<string, unknown>): string {
  const link = { operation: 'Full' as const, directory: 'full', host: 'host-0', position, manifest: '' };
  return formatIndex([{ time: '2026-11-22T01:30:00Z', alias: 'full', link }]);
}
