import type { Command } from 'commander';
import { StashError } from '../../errors/error.ts';
import type { Cli } from '../cli.ts';
import type { InjectOptions } from '../cluster/inject.ts';
import { readSources } from '../manifests/sources.ts';
import { repeated } from '../options.ts';
import { dataText, parseFormat } from '../output/print.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('inject')
    .description('print manifests with the sidecar in them, for a cluster whose workloads come from elsewhere (GitOps, another operator)')
    .requiredOption('-f, --filename <file...>', 'a file, a folder or "-" for stdin; may be repeated', repeated)
    .option('-R, --recursive', 'folders with everything below them')
    .option('--for <config>', 'only what this BackupConfiguration (or backupbatch/NAME) asks for; of the files or of the cluster')
    .option('--image <image>', "image of the agents; absent: the operator's")
    .option('-o, --output <format>', 'yaml or json')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      await printInjected(cli, command.optsWithGlobals());
    });
}

type Options = InjectOptions & { filename: string[]; recursive?: boolean; output?: string };

const EXAMPLES = `
The operator leaves alone a sidecar that is there already. Documents that are no targets are printed as they are; Secrets are refused, since
values of Secrets are never printed.

Examples:
  kubectl stash inject -n shop -f web.yaml > web-with-sidecar.yaml
  kustomize build . | kubectl stash inject -n shop --for web -f - | kubectl apply --server-side -f -`;

async function printInjected(cli: Cli, options: Options): Promise<void> {
  const format = parseFormat(options.output ?? 'yaml');
  if (format !== 'yaml' && format !== 'json') throw new StashError('Usage', `-o ${format} is not for manifests; use yaml or json`);
  const { injectInto } = await import('../cluster/inject.ts');
  const sources = await readSources(cli, options.filename, options.recursive === true);
  const printed = await injectInto(cli, options, sources, (name) => cli.err.write(`${name}: sidecar added\n`));
  const secret = printed.find(({ kind }) => kind === 'Secret');
  if (secret !== undefined)
    throw new StashError('Usage', `Secret ${secret.metadata.name} is among the manifests; values of Secrets are never printed`, {
      remedy: 'Give the files of the workloads alone.',
    });
  if (format === 'json')
    cli.out.write(dataText(printed.length === 1 ? printed[0] : { apiVersion: 'v1', kind: 'List', items: printed }, format));
  else cli.out.write(printed.map((one) => dataText(one, format)).join('---\n'));
}
