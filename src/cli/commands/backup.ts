import type { Command } from 'commander';
import { type Cli, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { chooseAlias, readInvoker } from '../invoker.ts';
import { timeoutOption } from '../options.ts';
import { manualSessions } from '../session/manual.ts';
import { type StartOptions, startSessions } from '../session/start.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('backup')
    .description('run a backup now')
    .argument('<config>', 'a BackupConfiguration, or backupbatch/NAME')
    .option('--alias <alias>', 'which of its aliases; needed when there are several')
    .option('--member <member>', 'of a batch: only this member, as KIND/NAME, or NAMESPACE/KIND/NAME')
    .option('--wait', 'wait for the end and print the result')
    .addOption(timeoutOption('with --wait: how long to wait (the backup goes on)'))
    .option('-o, --output <format>', 'json, yaml or name: print the session')
    .addHelpText('after', '\nExamples:\n  stash backup orders-db --alias full --wait\n  stash backup backupbatch/nightly --alias full')
    .action(async (config: string, _options, command: Command) => {
      await backup(cli, config, command.optsWithGlobals());
    });
}

interface BackupOptions extends StartOptions {
  alias?: string;
  member?: string;
}

async function backup(cli: Cli, config: string, options: BackupOptions): Promise<void> {
  await withStore(cli, options, async (store) => {
    const invoker = await readInvoker(store, config, namespaceOf(options));
    const alias = chooseAlias(invoker, options.alias);
    const member = options.member === undefined ? {} : { member: options.member };
    const sessions = manualSessions(invoker, { alias, ...member, requestId: cli.newId(), now: cli.clock.now() });
    await startSessions(cli, store, sessions, options);
  });
}
