import type { Command } from 'commander';
import { KINDS } from '../../api/kinds.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { objectTable } from '../output/object-table.ts';
import { type Format, objectsText, parseFormat } from '../output/print.ts';
import { tableLines } from '../output/table.ts';
import { type Found, readWanted } from '../read.ts';
import { kindText, parseWanted, type Wanted } from '../resolve.ts';
import { parseSelector } from '../selector.ts';
import { watchObjects } from '../watch-objects.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('get')
    .description('list objects, or show some by name')
    .argument('<kind>', 'KIND, KIND/NAME, KIND,KIND or "all"; plural, singular or short name in any case')
    .argument('[names...]', 'names, or more KIND/NAME')
    .option('-o, --output <format>', 'json, yaml, wide or name')
    .option('-A, --all-namespaces', 'objects of all namespaces')
    .option('-l, --selector <labels>', 'only objects with these labels, for instance alias=full,!old')
    .option('-w, --watch', 'go on and print what changes, until Ctrl-C')
    .option('--show-labels', 'add a column with the labels')
    .option('--no-headers', 'leave out the header line')
    .addHelpText('after', EXAMPLES)
    .action(async (kind: string, names: string[], _options, command: Command) => {
      await get(cli, [kind, ...names], command.optsWithGlobals());
    });
}

export interface GetOptions extends GlobalOptions {
  output?: string;
  allNamespaces?: boolean;
  selector?: string;
  watch?: boolean;
  showLabels?: boolean;
  headers: boolean;
}

const EXAMPLES = `
Examples:
  stash get backupconfigurations            every configuration of the namespace
  stash get bc orders-db -o yaml            one of them with its whole status
  stash get backupsession -A --watch        sessions of all namespaces as they change
  stash get all -l app=orders               every kind, by label`;

export async function get(cli: Cli, args: string[], options: GetOptions): Promise<void> {
  const format = parseFormat(options.output);
  const wanted = parseWanted(args);
  const matches = parseSelector(options.selector);
  await withStore(cli, options, async (store) => {
    if (options.watch) {
      await watchObjects(cli, store, wanted, matches, { format, options });
      return;
    }
    const found = (await readWanted(store, wanted, options)).filter(({ object }) => matches(object));
    show(cli, found, wanted, format, options);
  });
}

function show(cli: Cli, found: Found[], wanted: Wanted, format: Format, options: GetOptions): void {
  const objects = found.map(({ object }) => object);
  switch (format) {
    case 'json':
    case 'yaml':
      cli.out.write(objectsText(objects, format, wanted.named?.length === 1));
      return;
    case 'name':
      for (const { kind, object } of found) cli.out.write(`${kindText(kind)}/${object.metadata.name}\n`);
      return;
    default:
      showTables(cli, found, wanted, options, format === 'wide');
  }
}

function showTables(cli: Cli, found: Found[], wanted: Wanted, options: GetOptions, wide: boolean): void {
  if (found.length === 0) {
    const where = options.allNamespaces ? '' : ` in namespace "${namespaceOf(options)}"`;
    cli.err.write(`nothing found${where}\n`);
    return;
  }
  const kinds = wanted.kinds.filter((kind) => found.some((one) => one.kind === kind));
  kinds.forEach((kind, index) => {
    const { header, rows } = objectTable(
      kind,
      found.filter((one) => one.kind === kind).map((one) => one.object),
      {
        wide,
        namespaces: options.allNamespaces === true && KINDS[kind].namespaced,
        kindNames: wanted.kinds.length > 1,
        labels: options.showLabels === true,
        now: cli.clock.now(),
        color: cli.out.color,
      },
    );
    const lines = tableLines(header, rows);
    cli.out.write(`${index > 0 ? '\n' : ''}${(options.headers ? lines : lines.slice(1)).join('\n')}\n`);
  });
}
