import type { Command } from 'commander';
import { createLogger } from '../../runtime/log.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { dataDirOf } from '../data-dir.ts';
import { listenAddress } from '../listen-address.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('up')
    .description('run backups and restores of this machine in the foreground, until Ctrl-C')
    .option('--metrics-address <address>', 'serve metrics at HOST:PORT, or at PORT of 127.0.0.1; not served when absent')
    .option('--metrics-legacy-names', 'serve them under the older names of Stash too, stash_backup_... for instance')
    .addHelpText('after', '\nOne "stash up" runs on a data directory at a time; all other commands may run beside it.')
    .action(async (_options, command: Command) => {
      await up(cli, command.optsWithGlobals<UpOptions>());
    });
}

interface UpOptions extends GlobalOptions {
  metricsAddress?: string;
  metricsLegacyNames?: boolean;
}

async function up(cli: Cli, options: UpOptions): Promise<void> {
  // Everything that runs is behind this import: help need not load it.
  const { runLocal } = await import('../../platform/local/up.ts');
  const dataDir = dataDirOf(cli, options);
  const { metricsAddress, metricsLegacyNames: legacyNames = false } = options;
  const metrics = metricsAddress === undefined ? {} : { metrics: { ...listenAddress('--metrics-address', metricsAddress), legacyNames } };
  const log = createLogger({
    level: options.verbose ? 'debug' : 'info',
    format: cli.err.terminal ? 'human' : 'json',
    clock: cli.clock,
    write: cli.err.write,
  });
  const ready = (facts: { metricsPort?: number }) => log.info('ready', { dataDir, ...facts });
  await runLocal({ dataDir, signal: cli.signal, log, ready, ...metrics });
}
