import type { Command } from 'commander';
import type { AnyObject } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { type Place, withoutEffect } from '../../rules/not-yet.ts';
import type { Store } from '../../store/store.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { withStore } from '../connect.ts';
import type { InvokerObject } from '../invoker.ts';
import { type Loaded, loadManifests } from '../manifests/load.ts';
import { mergeManifest } from '../manifests/merge.ts';
import type { Outcome } from '../manifests/outcome.ts';
import { readSources } from '../manifests/sources.ts';
import { repeated } from '../options.ts';
import { type Format, objectsText, parseFormat } from '../output/print.ts';
import { aliasPlans } from '../plan/aliases.ts';
import { type LineBindings, lineBindingReader } from '../plan/line-bindings.ts';
import { nameText } from '../resolve.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('apply')
    .description('create objects from manifests, or change those that exist')
    .requiredOption('-f, --filename <file...>', 'a file, a folder or "-" for stdin; may be repeated', repeated)
    .option('-R, --recursive', 'folders with everything below them')
    .option('--dry-run', 'check everything and say what would happen; write nothing')
    .option('--force-conflicts', 'on a cluster: take over fields that others have set to something else')
    .option('-o, --output <format>', 'json, yaml or name: print the objects instead of one line each')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      await apply(cli, command.optsWithGlobals());
    });
}

interface ApplyOptions extends GlobalOptions {
  filename: string[];
  recursive?: boolean;
  dryRun?: boolean;
  forceConflicts?: boolean;
  output?: string;
}

const EXAMPLES = `
All documents are checked first; when one is wrong, nothing is written.

Examples:
  stash apply -f orders.yaml                a file of one or several documents
  stash apply -R -f backups/ --dry-run      a folder and everything below it: what would happen
  generate | stash apply -n shop -f -       from another program, into a namespace`;

async function apply(cli: Cli, options: ApplyOptions): Promise<void> {
  const format = parseFormat(options.output);
  const sources = await readSources(cli, options.filename, options.recursive === true);
  if (options.credentials !== undefined) {
    const { applyToCluster } = await import('../cluster/apply.ts');
    const written = await applyToCluster(cli, options, sources, (store, applied) => {
      const bindings = lineBindingReader(store, 'Cluster', applied);
      return ({ object, ours, warnings, outcome }) =>
        report(cli, { name: nameText(object), warnings, ours, place: 'Cluster', bindings }, outcome, format, options.dryRun === true);
    });
    if (format === 'json' || format === 'yaml') cli.out.write(objectsText(written, format, written.length === 1));
    return;
  }
  await withStore(cli, { ...options, whenAbsent: options.dryRun ? 'pretend' : 'create' }, async (store) => {
    const loaded = await loadManifests(store, sources, options.namespace === undefined ? {} : { given: options.namespace });
    const written: AnyObject[] = [];
    const bindings = lineBindingReader(
      store,
      'Machine',
      loaded.map(({ object }) => object),
    );
    for (const one of loaded) {
      const { object, outcome } = await writeOne(store, one, options.dryRun === true);
      written.push(object);
      await report(
        cli,
        { name: nameText(one.object), warnings: one.warnings, ours: one.object, place: 'Machine', bindings },
        outcome,
        format,
        options.dryRun === true,
      );
    }
    if (format === 'json' || format === 'yaml') cli.out.write(objectsText(written, format, written.length === 1));
  });
}

/** Somebody else (a controller adding a finalizer, say) may write in between: then the change is made again on what they left. */
async function writeOne(store: Store, { kind, object }: Loaded, dryRun: boolean): Promise<{ object: AnyObject; outcome: Outcome }> {
  const key = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
  for (let attempt = 1; ; attempt++) {
    const old = await store.get(kind, key);
    try {
      if (old === undefined) return { object: dryRun ? object : await store.create(kind, object as never), outcome: 'created' };
      const merged = mergeManifest(old, object);
      if (merged === undefined) return { object: old, outcome: 'unchanged' };
      if (dryRun) return { object: merged, outcome: 'configured' };
      return { object: await store.replace(kind, merged as never), outcome: 'configured' };
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isCode(error, 'Conflict', 'AlreadyExists')) throw error;
    }
  }
}

const MAX_ATTEMPTS = 10;

interface Written {
  name: string;
  warnings: readonly string[];
  /** As our rules read it; absent for kinds of others. */
  ours: AnyObject | undefined;
  place: Place;
  bindings: (object: InvokerObject) => Promise<LineBindings>;
}

async function report(
  cli: Cli,
  { name, warnings, ours, ...where }: Written,
  outcome: Outcome,
  format: Format,
  dryRun: boolean,
): Promise<void> {
  if (format === 'name') cli.out.write(`${name}\n`);
  else if (format !== 'json' && format !== 'yaml') cli.out.write(`${name} ${outcome}${dryRun ? ' (dry run)' : ''}\n`);
  for (const warning of [...warnings, ...(ours === undefined ? [] : await idle(ours, where))])
    cli.err.write(`${cli.err.color.busy('warning')}: ${name}: ${warning}\n`);
}

/** What is accepted, but will not do anything. */
async function idle(object: AnyObject, { place, bindings }: Pick<Written, 'place' | 'bindings'>): Promise<string[]> {
  return [
    ...withoutEffect(object, place).map((what) => (what.startsWith('spec') ? `${what} is accepted, and nothing acts on it yet` : what)),
    ...(await idleAliases(object, bindings)),
  ];
}

async function idleAliases(object: AnyObject, bindings: Written['bindings']): Promise<string[]> {
  if (object.kind !== 'BackupConfiguration' && object.kind !== 'BackupBatch') return [];
  return aliasPlans(object as InvokerObject, await bindings(object as InvokerObject))
    .filter(({ would }) => would === 'NotSupportedYet' || would === 'Invalid')
    .map(({ alias, would, why }) => `alias "${alias}" is not scheduled (${would}): ${why}`);
}
