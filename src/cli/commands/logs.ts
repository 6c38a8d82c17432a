import type { Command } from 'commander';
import { StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { dataDirOf } from '../data-dir.ts';
import { followLogs } from '../logs/follow.ts';
import { logDirectory, readLogs } from '../logs/read.ts';
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
  const namespace = namespaceOf(options);
  await withStore(cli, options, async (store) => {
    const { kind, name } = await findLogged(store, text, namespace);
    const directory = logDirectory(dataDirOf(cli, options), { namespace, kind, name });
    if (options.follow) {
      const finished = async () => {
        const object = await store.get(kind, { namespace, name });
        return object === undefined || (kind !== 'Repository' && isFinished(object));
      };
      await followLogs(cli, directory, options.host, finished);
      if (cli.signal.aborted && !(await finished()))
        throw new StashError('Interrupted', `stopped following ${kind} ${name}`, {
          remedy: `It goes on; look at it with "stash describe ${kind.toLowerCase()}/${name}".`,
        });
      return;
    }
    const lines = await readLogs(directory, options.host);
    if (lines.length === 0)
      cli.err.write(`${kind}/${name} has written nothing${options.host === undefined ? '' : ` on host ${options.host}`}\n`);
    cli.out.write(lines.map((line) => `${line}\n`).join(''));
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
