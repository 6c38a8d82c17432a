import { Argument, type Command } from 'commander';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { choosesCluster } from '../cluster/choose.ts';
import { candidates } from '../complete/candidates.ts';
import { parseWords, type Situation } from '../complete/parse-words.ts';
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
      const options = await placeOf(cli, parseWords(program, words));
      const lookup = storeLookup((use) => withStore(cli, options, use), {
        otherwise: namespaceOf(options),
        cluster: options.credentials !== undefined,
      });
      const found = await candidates(program, words, lookup);
      cli.out.write(found.map((word) => `${word}\n`).join(''));
    });
}

/** The store that the words name. What cannot be had is left out: then nothing is completed from it. */
async function placeOf(cli: Cli, { options: words }: Situation): Promise<GlobalOptions> {
  const text = (name: string, option: keyof GlobalOptions) => {
    const value = words.get(name);
    return typeof value === 'string' ? { [option]: value } : {};
  };
  const options: GlobalOptions = {
    ...text('data-dir', 'dataDir'),
    ...text('kubeconfig', 'kubeconfig'),
    ...text('context', 'context'),
    ...text('namespace', 'namespace'),
    ...(words.has('cluster') ? { cluster: true } : {}),
  };
  try {
    if (!choosesCluster(options, cli.env)) return options;
    const { clusterCredentials } = await import('../cluster/credentials.ts');
    return { ...options, credentials: await clusterCredentials(cli, options) };
  } catch {
    return options;
  }
}
