import { StashError } from '../../errors/error.ts';
import type { CheckResult, RepositoryAccess, RunControl } from '../engine.ts';
import { argv } from './argv.ts';
import { type ResticSettings, runRestic } from './command.ts';
import { codeOf, messageOf } from './failure.ts';
import { findLine, messages, readLine } from './messages.ts';

const MOST_MESSAGES = 50;

/** Damage is a result, not an exception; that the check could not be made is one. */
export async function check(
  settings: ResticSettings,
  access: RepositoryAccess,
  options: { readData?: boolean; readDataSubset?: string },
  control: RunControl,
): Promise<CheckResult> {
  const found: string[] = [];
  const note = (message: string) => {
    if (found.length < MOST_MESSAGES) found.push(message);
  };
  const ran = await runRestic(
    settings,
    access,
    {
      args: argv.check(options),
      accept: [0, 1],
      onStderr: (line) => {
        const text = readLine(messages.checkError, line)?.message ?? (line.startsWith('{') ? '' : line);
        if (text.trim() !== '') note(text.trim());
      },
    },
    control,
  );
  const summary = findLine(messages.checkSummary, ran.stdout);
  const failure = { exitCode: ran.exitCode, stderr: ran.stderr };
  if (summary === undefined || (ran.exitCode === 1 && !isDamage(summary, codeOf(failure)))) {
    throw new StashError(codeOf(failure), `restic check failed: ${messageOf(failure)}`);
  }
  // Exit code 1 with a count of zero would read as sound.
  const errors = ran.exitCode === 0 ? summary.num_errors : Math.max(1, summary.num_errors);
  return { errors, brokenPacks: summary.broken_packs ?? [], messages: found };
}

function isDamage(summary: { num_errors: number; broken_packs: string[] | null }, code: string): boolean {
  return (summary.broken_packs?.length ?? 0) > 0 || code === 'RepositoryDamaged' || (code === 'CommandFailed' && summary.num_errors > 0);
}
