import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { candidates } from '../complete/candidates.ts';
import { parseWords } from '../complete/parse-words.ts';
import { completionScript, SHELLS, type Shell } from '../complete/scripts.ts';
import { storeLookup } from '../complete/store-lookup.ts';
import { withStore } from '../connect.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('completion')
    .description('print a script that completes commands, kinds and names in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', '\nExamples:\n  source <(stash completion bash)\n  stash completion fish > ~/.config/fish/completions/stash.fish')
    .action((shell: Shell) => cli.out.write(completionScript(shell)));

  program
    .command('__complete', { hidden: true })
    .argument('[words...]', 'the words so far; the last one is being written')
    .action(async (words: string[]) => {
      const dataDir = parseWords(program, words).options.get('data-dir');
      const lookup = storeLookup((use) => withStore(cli, typeof dataDir === 'string' ? { dataDir } : {}, use));
      const found = await candidates(program, words, lookup);
      cli.out.write(found.map((word) => `${word}\n`).join(''));
    });
}
