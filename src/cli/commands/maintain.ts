import type { Command } from 'commander';
import type { RepositoryAction } from '../../api/names.ts';
import type { Cli } from '../cli.ts';
import { timeoutOption } from '../options.ts';
import { type RequestOptions, request } from '../request.ts';

/** check, adopt and prune: what is asked of the operator about one repository. */
export function register(program: Command, cli: Cli): void {
  requestCommand(program, cli, 'check', 'Check', 'check the integrity of a repository').option(
    '--read-data',
    'read all data back, not only its index',
  );
  requestCommand(program, cli, 'adopt', 'Adopt', 'record the snapshots that are in a repository already, so that retention knows them');
  requestCommand(program, cli, 'prune', 'Prune', 'remove data that no snapshot needs any more');
}

/** A command that asks the operator and, by default, waits for its answer. */
export function requestCommand(program: Command, cli: Cli, name: string, action: RepositoryAction, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<repository>', 'name of the Repository')
    .option('--no-wait', 'do not wait for the answer')
    .addOption(timeoutOption('how long to wait for the answer (the work goes on)', HOUR_MS))
    .action(async (repository: string, _options, command: Command) => {
      const options: RequestOptions & { readData?: boolean } = command.optsWithGlobals();
      await request(cli, repository.replace(/^repo(sitory|sitories)?\//i, ''), action, options.readData ? { readData: true } : {}, options);
    });
}

const HOUR_MS = 3_600_000;
