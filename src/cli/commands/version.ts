import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { versionText } from '../version.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('version')
    .description('print the version')
    .action(() => cli.out.write(`${versionText()}\n`));
}
