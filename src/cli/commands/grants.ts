import { Argument, type Command, Option } from 'commander';
import { GRANT_PURPOSES, type GrantPurpose, grantsSql } from '../../rules/mariadb-grants.ts';
import type { Cli } from '../cli.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('grants')
    .description('print the SQL that makes the database account for backups, with the least rights that do')
    .addArgument(new Argument('<database>', 'which kind').choices(['mariadb']))
    .addOption(
      new Option('--for <purpose>', 'physical: mariadb-backup, incrementals and archived binlogs; dump: mariadb-dump')
        .choices(GRANT_PURPOSES)
        .default('physical'),
    )
    .option('--user <name>', 'name of the account')
    .option('--host <pattern>', 'from where it logs in; % is from everywhere')
    .addHelpText('after', EXAMPLES)
    .action((_database: string, options: Options) => {
      cli.out.write(grantsSql({ purpose: options.for, user: options.user, host: options.host }));
    });
}

interface Options {
  for: GrantPurpose;
  user?: string;
  host?: string;
}

const EXAMPLES = `
No password is in it: put one in before you run it. No server takes it as it is printed.

Examples:
  stash grants mariadb > account.sql
  stash grants mariadb --for dump --user shop-dump --host '10.1.%'`;
