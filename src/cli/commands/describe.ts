import type { Command } from 'commander';
import { type Cli, type GlobalOptions, placeOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { describeObject } from '../describe/describe.ts';
import { readWanted } from '../read.ts';
import { parseWanted } from '../resolve.ts';
import { parseSelector } from '../selector.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('describe')
    .description('show an object with its state, its events and, for a configuration, its next runs')
    .argument('<kind>', 'KIND or KIND/NAME')
    .argument('[names...]', 'names, or more KIND/NAME; without a name every object of the kind')
    .option('-l, --selector <labels>', 'only objects with these labels')
    .option('-A, --all-namespaces', 'objects of all namespaces')
    .addHelpText('after', '\nExamples:\n  stash describe bc orders-db\n  stash describe backupsession/orders-db-full-20261122101500-7f3ka')
    .action(async (kind: string, names: string[], _options, command: Command) => {
      await describe(cli, [kind, ...names], command.optsWithGlobals());
    });
}

interface DescribeOptions extends GlobalOptions {
  selector?: string;
  allNamespaces?: boolean;
}

async function describe(cli: Cli, args: string[], options: DescribeOptions): Promise<void> {
  const wanted = parseWanted(args);
  const matches = parseSelector(options.selector);
  await withStore(cli, options, async (store) => {
    const found = (await readWanted(store, wanted, options)).filter(({ object }) => matches(object));
    const view = { now: cli.clock.now(), color: cli.out.color };
    const texts: string[] = [];
    for (const { object } of found) texts.push(await describeObject(store, object, view, placeOf(options)));
    if (texts.length === 0) cli.err.write('nothing found\n');
    cli.out.write(texts.join('\n\n'));
  });
}
