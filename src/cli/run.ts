import { CommanderError } from 'commander';
import { asStashError, StashError } from '../errors/error.ts';
import type { Cli } from './cli.ts';
import { exitCode } from './exit-code.ts';
import { ExitWith } from './exit-with.ts';
import { errorText } from './output/error-text.ts';
import { buildProgram } from './program.ts';

/** Runs one command line (without program name) and returns the exit code; nothing is thrown. */
export async function runCli(cli: Cli, argv: readonly string[]): Promise<number> {
  try {
    const program = await buildProgram(cli, argv);
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    if (thrown instanceof ExitWith) {
      if (thrown.error !== undefined) report(cli, thrown.error, argv);
      return thrown.code;
    }
    const error = thrown instanceof CommanderError ? usageError(thrown) : asStashError(thrown);
    report(cli, error, argv);
    return exitCode(error);
  }
}

/** The options are looked for in the raw command line: an error of its parsing must be shown in the form asked for, too. */
function report(cli: Cli, error: StashError, argv: readonly string[]): void {
  const has = (...names: string[]) => argv.some((arg) => names.includes(arg));
  cli.err.write(errorText(error, { json: has('--json'), verbose: has('-v', '--verbose'), color: cli.err.color }));
}

function usageError(error: CommanderError): StashError {
  // Commander ends a command line without a command with this, after it has printed the help.
  if (error.code === 'commander.help') return new StashError('Usage', 'name a command');
  return new StashError('Usage', error.message.replace(/^error: /, ''));
}
