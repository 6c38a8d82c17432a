import type { Command } from 'commander';
import { createLogger } from '../../runtime/log.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { dataDirOf } from '../data-dir.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('up')
    .description('run backups and restores of this machine in the foreground, until Ctrl-C')
    .addHelpText('after', '\nOne "stash up" runs on a data directory at a time; all other commands may run beside it.')
    .action(async (_options, command: Command) => {
      await up(cli, command.optsWithGlobals());
    });
}

async function up(cli: Cli, options: GlobalOptions): Promise<void> {
  // Everything that runs is behind this import: help need not load it.
  const { runLocal } = await import('../../platform/local/up.ts');
  const dataDir = dataDirOf(cli, options);
  const log = createLogger({
    level: options.verbose ? 'debug' : 'info',
    format: cli.err.terminal ? 'human' : 'json',
    clock: cli.clock,
    write: cli.err.write,
  });
  const ready = () => log.info('ready', { dataDir });
  await runLocal({ dataDir, signal: cli.signal, log, ready });
}
