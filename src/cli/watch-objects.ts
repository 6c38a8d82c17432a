import { KINDS, type KindName } from '../api/kinds.ts';
import type { AnyObject } from '../api/object.ts';
import { StashError } from '../errors/error.ts';
import type { Store } from '../store/store.ts';
import { type Cli, namespaceOf } from './cli.ts';
import type { GetOptions } from './commands/get.ts';
import { conceal } from './output/conceal.ts';
import { objectTable } from './output/object-table.ts';
import { dataText, type Format } from './output/print.ts';
import { alignRows, widthsOf } from './output/table.ts';
import { kindText, type Wanted } from './resolve.ts';

/** Prints the objects there are, then each one again when it changes, until Ctrl-C (Interrupted). Tables print only the changed row. */
export async function watchObjects(
  cli: Cli,
  store: Store,
  wanted: Wanted,
  matches: (object: AnyObject) => boolean,
  { format, options }: { format: Format; options: GetOptions },
): Promise<void> {
  const printer = format === 'table' || format === 'wide' ? tablePrinter(cli, wanted, options) : objectPrinter(cli, format);
  const first: { kind: KindName; object: AnyObject }[] = [];
  let synced = false;
  const within = options.allNamespaces ? {} : { namespace: namespaceOf(options) };
  for await (const event of store.watch(wanted.kinds, { signal: cli.signal, ...within })) {
    if (event.type === 'Synced') {
      printer(first);
      synced = true;
      continue;
    }
    const { kind, object } = event as { kind: KindName; object: AnyObject };
    if (!isWanted(kind, object, wanted, options) || !matches(object)) continue;
    if (synced) printer([{ kind, object }]);
    else first.push({ kind, object });
  }
  if (cli.signal.aborted)
    throw new StashError('Interrupted', 'stopped watching', { remedy: 'What runs goes on; look again with "stash get".' });
}

type Printer = (objects: { kind: KindName; object: AnyObject }[]) => void;

function isWanted(kind: KindName, object: AnyObject, wanted: Wanted, options: GetOptions): boolean {
  if (wanted.named !== undefined && !wanted.named.some((one) => one.kind === kind && one.name === object.metadata.name)) return false;
  return options.allNamespaces === true || !KINDS[kind].namespaced || object.metadata.namespace === namespaceOf(options);
}

function tablePrinter(cli: Cli, wanted: Wanted, options: GetOptions): Printer {
  // Later rows are laid out under the widest cells so far, so that the columns stay where they are.
  const widths = new Map<KindName, number[]>();
  let lastKind: KindName | undefined;
  return (objects) => {
    for (const kind of wanted.kinds) {
      const mine = objects.filter((one) => one.kind === kind).map((one) => one.object);
      if (mine.length === 0) continue;
      const { header, rows } = objectTable(kind, mine, {
        wide: options.output === 'wide',
        namespaces: options.allNamespaces === true && KINDS[kind].namespaced,
        kindNames: wanted.kinds.length > 1,
        labels: options.showLabels === true,
        now: cli.clock.now(),
        color: cli.out.color,
      });
      const filler = (widths.get(kind) ?? []).map((width) => 'x'.repeat(width));
      const all = [header, ...rows];
      widths.set(kind, widthsOf([...all, filler]));
      const lines = alignRows([filler, ...all]).slice(1);
      const withHeader = options.headers && lastKind !== kind;
      lastKind = kind;
      cli.out.write(`${(withHeader ? lines : lines.slice(1)).join('\n')}\n`);
    }
  };
}

function objectPrinter(cli: Cli, format: Format): Printer {
  return (objects) => {
    for (const { kind, object } of objects) {
      if (format === 'name') cli.out.write(`${kindText(kind)}/${object.metadata.name}\n`);
      else cli.out.write(`${format === 'yaml' ? '---\n' : ''}${dataText(conceal(object), format === 'yaml' ? 'yaml' : 'json')}`);
    }
  };
}
