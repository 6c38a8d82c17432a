import { type Command, Option } from 'commander';
import { type Cli, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { repeated, timeoutOption } from '../options.ts';
import { objectsText } from '../output/print.ts';
import { type RestoreWishes, restoreManifest } from '../restore/manifest.ts';
import { notEmpty } from '../restore/not-empty.ts';
import { planLines } from '../restore/plan-lines.ts';
import { restoreSource } from '../restore/source.ts';
import { type StartOptions, startSessions } from '../session/start.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('restore')
    .description('restore the newest point, another point in time, or a chosen backup')
    .argument('<source>', 'a BackupConfiguration or a Repository (repository/NAME where both have the name)')
    .option(
      '--to <target>',
      'KIND/NAME (StatefulSet/web, AppBinding/orders-db, Host/docs) or, on one machine, a directory; absent: where the data came from',
    )
    .option('--repository <name>', 'which repository of a configuration that has several')
    .option(
      '--at <time>',
      'of a database: as it was at this time, 2026-11-22T10:14:59Z or with another zone; its whole second belongs to it',
    )
    .option('--gtid <gtid>', 'of a database: right after this transaction (0-1-4711), or at this state of several domains (0-1-4711,1-1-7)')
    .option('--exclusive', 'with --at or --gtid: just before it')
    .option('--timeline <id>', 'of a point that is on several timelines: this one ("stash window" lists them)')
    .option('--latest', 'the newest point there is, logs and all; that is also meant when nothing is said')
    .option('--snapshot <id>', 'exactly this snapshot, without logs; may be repeated', repeated)
    .option('--host <host>', 'data of this host of the repository')
    .option('--target-host <host>', 'of a target with several hosts only this one; may be repeated', repeated)
    .option('--include <pattern>', 'only these files; may be repeated', repeated)
    .option('--exclude <pattern>', 'all but these files; may be repeated', repeated)
    .option('--allow-overwrite', 'restore although there is data in the place')
    .addOption(new Option('--previous-data <what>', 'what becomes of data that is replaced').choices(['Keep', 'Discard']))
    .option('--stop-command <command>', 'shell command that stops the server before its data is replaced')
    .option('--start-command <command>', 'shell command that starts it again')
    .option('--wait', 'wait for the end and print the result')
    .addOption(timeoutOption('with --wait: how long to wait (the restore goes on)'))
    .option('--dry-run', 'print the RestoreSession instead of creating it, and of a database what it would be restored from')
    .option('-o, --output <format>', 'json, yaml or name: print the session')
    .addHelpText('after', EXAMPLES)
    .action(async (source: string, _options, command: Command) => {
      await restore(cli, source, command.optsWithGlobals());
    });
}

type RestoreOptions = StartOptions & RestoreWishes & { repository?: string; dryRun?: boolean };

const EXAMPLES = `
Examples:
  stash restore docs --to /tmp/look --wait
  stash restore docs --snapshot 1a2b3c4d --include '*.conf' --allow-overwrite --wait
  stash restore orders-db --at 2026-11-22T10:14:59Z --to /srv/look --dry-run
  stash restore orders-db --gtid 0-1-4711 --exclusive --to AppBinding/orders-db --allow-overwrite --wait
  stash restore orders-db --to AppBinding/orders-db --allow-overwrite --previous-data Discard \\
      --stop-command 'systemctl stop mariadb' --start-command 'systemctl start mariadb' --wait`;

async function restore(cli: Cli, text: string, options: RestoreOptions): Promise<void> {
  const namespace = namespaceOf(options);
  await withStore(cli, options, async (store) => {
    const source = await restoreSource(store, text, namespace, options.repository);
    const cluster = options.credentials !== undefined;
    const session = restoreManifest(source, options, { namespace, cwd: cli.cwd, requestId: cli.newId(), cluster, now: cli.clock.now() });
    if (options.dryRun) {
      const lines = await planLines(cli, store, { source, session }, options);
      const refused = lines.length === 0 ? undefined : await notEmpty(options, cli.cwd, cluster);
      for (const line of [...lines, ...(refused === undefined ? [] : [refused])]) cli.err.write(`${line}\n`);
      cli.out.write(objectsText([session], options.output === 'json' ? 'json' : 'yaml', true));
    } else await startSessions(cli, store, [session], options);
  });
}
