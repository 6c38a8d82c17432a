import { type BackupAccount, makeBackupAccount } from './backup-account.ts';
import { localChain } from './local-chain.ts';
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
  const chain = localChain(server, account);
  const { position = {} } = await chain.full();
  return {
    account,
    position,
    copy: (over = {}) =>
      chain.copy(chain.lines.map((line) => ({ ...line, link: { ...line.link, position: { ...line.link.position, ...over } } }))),
  };
}
