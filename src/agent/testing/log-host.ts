import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../../engine/engine.ts';
import { makeBackupAccount } from '../../functions/mariadb/testing/backup-account.ts';
import { startTestServer, type TestServer } from '../../functions/mariadb/testing/test-server.ts';
import type { LogTask } from '../../orders/order.ts';
import type { BackupResult, LogResult, Report } from '../../orders/report.ts';
import { type LogIndex, parseLogIndex } from '../../rules/log/log-index.ts';
import { type LogSpan, logSpan } from '../../rules/log/log-tags.ts';
import { backup } from '../backup.ts';
import { logBackup } from '../log-backup.ts';
import { type AgentHost, agentHost, linkTask, resultOf, stagedStep } from './agent-host.ts';

/** A host with a real server, real repositories and the built-in function. */
export interface LogHost extends Pick<AgentHost, 'stage' | 'away' | 'back'> {
  readonly server: TestServer;
  index(): Promise<LogIndex | undefined>;
  backup(operation: 'Full' | 'Incremental'): Promise<BackupResult>;
  /** One tick. `use`: the repositories that may be used now; all unless said. */
  log(change?: Partial<LogTask>, use?: readonly string[]): Promise<Report>;
  logged(change?: Partial<LogTask>, use?: readonly string[]): Promise<LogResult>;
  /** The snapshots of logs in a repository, oldest first. */
  stored(name: string): Promise<{ snapshot: Snapshot; span: LogSpan; index: LogIndex }[]>;
  gtid(): Promise<string>;
  dispose(): Promise<void>;
}

const PURPOSE = 'BackupConfiguration/shop/db';

export async function logHost(repositories: readonly string[], options: readonly string[] = []): Promise<LogHost> {
  const server = await startTestServer({ options: ['log-bin=binlog', ...options] });
  const connection = server.connection(await makeBackupAccount(server));
  const base = join(server.directory, 'host');
  mkdirSync(base);
  const agent = agentHost(base, repositories);
  const step = { name: 'mariadb-physical', command: ['stash-function', 'mariadb-physical'], params: {} };
  const log: LogHost['log'] = (change = {}, use = repositories) => {
    const task: LogTask = {
      type: 'Log',
      alias: 'log',
      host: 'db-0',
      steps: [stagedStep(step)],
      connection,
      repositories: use.map(agent.open),
      wanted: repositories.map((name) => ({ namespace: 'shop', name })),
      tags: ['stash.target=shop/AppBinding/db', 'stash.alias=log'],
      onlyPrimary: true,
      ...change,
    };
    return agent.carryOut(PURPOSE, task, (run, tools) => logBackup(run, task, tools));
  };
  return {
    ...agent,
    server,
    index: async () => parseLogIndex(await readFile(join(agent.stage, 'log', 'log.index'), 'utf8').catch(() => '')),
    backup: async (operation) => {
      const task = { ...linkTask(operation, step, repositories.map(agent.open)), connection };
      return resultOf(await agent.carryOut(PURPOSE, task, (run, tools) => backup(run, task, tools)), 'Backup');
    },
    log,
    logged: async (change, use) => resultOf(await log(change, use), 'Log'),
    stored: async (name) => {
      const logs = (await agent.snapshots(name)).flatMap((snapshot) => {
        const span = logSpan(snapshot.tags);
        return span === undefined ? [] : [{ snapshot, span }];
      });
      return Promise.all(
        logs.map(async ({ snapshot, span }) => {
          const index = parseLogIndex(await agent.load(name, snapshot.id, join(snapshot.paths[0] ?? '', 'log.index')));
          if (index === undefined) throw new Error(`${snapshot.id} has no log.index`);
          return { snapshot, span, index };
        }),
      );
    },
    gtid: async () => (await server.sql('SELECT @@gtid_binlog_pos'))[0]?.[0] ?? '',
    dispose: () => server.dispose(),
  };
}
