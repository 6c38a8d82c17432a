import type { Command } from 'commander';
import { StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { dataDirOf } from '../data-dir.ts';
import { followLogs } from '../logs/follow.ts';
import { logDirectory, readLogs } from '../logs/read.ts';
import { readObject } from '../read.ts';
import { parseRef } from '../resolve.ts';
import { isFinished } from '../session/finished.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('logs')
    .description('print what the run of a session, or the maintenance of a repository, wrote')
    .argument('<session>', 'a BackupSession or RestoreSession, or KIND/NAME (restorebatch/NAME, repository/NAME)')
    .option('-f, --follow', 'go on until the session has ended')
    .option('--host <host>', 'only this host')
    .addHelpText('after', '\nExamples:\n  stash logs orders-db-full-20261122101500-7f3ka -f\n  stash logs repository/gcs-demo-repo')
    .action(async (session: string, _options, command: Command) => {
      await logs(cli, session, command.optsWithGlobals());
    });
}

interface LogsOptions extends GlobalOptions {
  follow?: boolean;
  host?: string;
}

const LOGGED = ['BackupSession', 'RestoreSession', 'RestoreBatch', 'Repository'] as const;
type Logged = (typeof LOGGED)[number];

async function logs(cli: Cli, text: string, options: LogsOptions): Promise<void> {
  if (options.credentials !== undefined) {
    const { withCluster } = await import('../cluster/connect.ts');
    await withCluster(cli, options, async (cluster) => {
      const { kind, name } = await findLogged(cluster.store, text, namespaceOf(options));
      const object = await readObject(cluster.store, kind, name, namespaceOf(options));
      const [{ logPlace, readClusterLogs }, { followClusterLogs }] = await Promise.all([
        import('../cluster/logs.ts'),
        import('../cluster/follow-logs.ts'),
      ]);
      const place = await logPlace(cli, cluster, object, options);
      await show(cli, cluster.store, { kind, name }, options, {
        none: (name) => `no pod has a line about ${name}`,
        read: () => readClusterLogs(cli, place),
        follow: (finished) => followClusterLogs(cli, place, finished),
      });
    });
    return;
  }
  const namespace = namespaceOf(options);
  await withStore(cli, options, async (store) => {
    const { kind, name } = await findLogged(store, text, namespace);
    const directory = logDirectory(dataDirOf(cli, options), { namespace, kind, name });
    await show(cli, store, { kind, name }, options, {
      none: (name) => `${name} has written nothing`,
      read: () => readLogs(directory, options.host),
      follow: (finished) => followLogs(cli, directory, options.host, finished),
    });
  });
}

interface Logs {
  read: () => Promise<string[]>;
  /** What is said where there is no line. */
  none: (name: string) => string;
  follow: (finished: () => Promise<boolean>) => Promise<void>;
}

async function show(
  cli: Cli,
  store: Store,
  { kind, name }: { kind: Logged; name: string },
  options: LogsOptions,
  logs: Logs,
): Promise<void> {
  if (!options.follow) {
    const lines = await logs.read();
    if (lines.length === 0)
      cli.err.write(`${logs.none(`${kind}/${name}`)}${options.host === undefined ? '' : ` on host ${options.host}`}\n`);
    cli.out.write(lines.map((line) => `${line}\n`).join(''));
    return;
  }
  const finished = async () => {
    const object = await store.get(kind, { namespace: namespaceOf(options), name });
    return object === undefined || (kind !== 'Repository' && isFinished(object));
  };
  await logs.follow(finished);
  if (cli.signal.aborted && !(await finished()))
    throw new StashError('Interrupted', `stopped following ${kind} ${name}`, {
      remedy: `It goes on; look at it with "stash describe ${kind.toLowerCase()}/${name}".`,
    });
}

/** A session by its name alone: a backup's or a restore's. */
async function findLogged(store: Store, text: string, namespace: string): Promise<{ kind: Logged; name: string }> {
  if (text.includes('/')) {
    const { kind, name } = parseRef(text);
    const logged = LOGGED.find((one) => one === kind);
    if (logged === undefined) throw new StashError('Usage', `a ${kind} writes no log; use one of ${LOGGED.join(', ')}`);
    return { kind: logged, name };
  }
  for (const kind of LOGGED.slice(0, 3)) {
    if ((await store.get(kind, { namespace, name: text })) !== undefined) return { kind, name: text };
  }
  throw new StashError('NotFound', `there is no session "${text}" in namespace "${namespace}"`);
}
