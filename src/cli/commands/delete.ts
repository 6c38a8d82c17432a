import type { Command } from 'commander';
import { KINDS, type KindName } from '../../api/kinds.ts';
import { WIPED_OUT } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { readRefs } from '../manifests/refs.ts';
import { readSources } from '../manifests/sources.ts';
import { assertOperatorRuns, workerOf } from '../operator-runs.ts';
import { repeated, timeoutOption } from '../options.ts';
import { kindText, parseWanted } from '../resolve.ts';
import { parseSelector } from '../selector.ts';
import { waitFor } from '../wait-for.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('delete')
    .description('delete objects and wait until they are gone')
    .argument('[kind]', 'KIND or KIND/NAME')
    .argument('[names...]', 'names, or more KIND/NAME')
    .option('-f, --filename <file...>', 'delete what these manifests name', repeated)
    .option('-R, --recursive', 'folders with everything below them')
    .option('-l, --selector <labels>', 'objects of the kind with these labels')
    .option('--all', 'every object of the kind in the namespace')
    .option('--ignore-not-found', 'an object that is not there is no error')
    .option('--no-wait', 'do not wait until the objects are gone')
    .addOption(timeoutOption('how long to wait', 300_000))
    .addHelpText('after', EXAMPLES)
    .action(async (kind: string | undefined, names: string[], _options, command: Command) => {
      await deleteObjects(cli, kind === undefined ? [] : [kind, ...names], command.optsWithGlobals());
    });
}

interface DeleteOptions extends GlobalOptions {
  filename?: string[];
  recursive?: boolean;
  selector?: string;
  all?: boolean;
  ignoreNotFound?: boolean;
  wait: boolean;
  timeout: number;
}

const NAMES_OR_FILES = 'give names or -f, not both';

type Doomed = { kind: KindName; key: ObjectKey };

const EXAMPLES = `
Deleting a Repository leaves the stored backups alone, unless it says wipeOut: true.

Examples:
  stash delete backupconfiguration orders-db
  stash delete -f orders.yaml
  stash delete backupsession -l stash.appscode.com/alias=full`;

async function deleteObjects(cli: Cli, args: string[], options: DeleteOptions): Promise<void> {
  if (options.credentials !== undefined && options.filename !== undefined) {
    if (args.length > 0) throw new StashError('Usage', NAMES_OR_FILES);
    const { deleteFromCluster } = await import('../cluster/delete-files.ts');
    await deleteFromCluster(cli, options, await readSources(cli, options.filename, options.recursive === true));
    return;
  }
  await withStore(cli, options, async (store) => {
    const doomed = await choose(cli, store, args, options);
    const marked: Doomed[] = [];
    for (const one of doomed) {
      if (await deleteOne(cli, store, one, options)) marked.push(one);
    }
    if (options.wait) await waitUntilGone(cli, store, marked, options);
  });
}

async function choose(cli: Cli, store: Store, args: string[], options: DeleteOptions): Promise<Doomed[]> {
  if (options.filename !== undefined) {
    if (args.length > 0) throw new StashError('Usage', NAMES_OR_FILES);
    return readRefs(await readSources(cli, options.filename, options.recursive === true), options.namespace);
  }
  const wanted = parseWanted(args);
  if (wanted.named !== undefined) return wanted.named.map(({ kind, name }) => ({ kind, key: { name, namespace: scope(kind, options) } }));
  if (options.selector === undefined && options.all !== true) {
    throw new StashError('Usage', 'say which ones: by name, with -l LABELS, or --all', { remedy: 'Nothing was deleted.' });
  }
  const matches = parseSelector(options.selector);
  const lists = await Promise.all(
    wanted.kinds.map(async (kind) => {
      const objects = await store.list(kind, KINDS[kind].namespaced ? { namespace: namespaceOf(options) } : {});
      return objects.filter(matches).map((object) => ({ kind, key: { name: object.metadata.name, namespace: scope(kind, options) } }));
    }),
  );
  return lists.flat();
}

function scope(kind: KindName, options: DeleteOptions): string {
  return KINDS[kind].namespaced ? namespaceOf(options) : '';
}

/** Whether there was something to delete. */
async function deleteOne(cli: Cli, store: Store, { kind, key }: Doomed, options: DeleteOptions): Promise<boolean> {
  try {
    await store.delete(kind, key);
  } catch (error) {
    if (options.ignoreNotFound && isCode(error, 'NotFound')) return false;
    throw error;
  }
  cli.out.write(`${kindText(kind)}/${key.name} deleted\n`);
  return true;
}

async function waitUntilGone(cli: Cli, store: Store, marked: readonly Doomed[], options: DeleteOptions): Promise<void> {
  for (const { kind, key } of marked) {
    const object = await store.get(kind, key);
    if (object === undefined) continue;
    const name = `${kindText(kind)}/${key.name}`;
    await assertOperatorRuns(cli, options, `${name} is marked for deletion, but its clean-up is done by ${workerOf(options)}`);
    await waitFor(cli, store, {
      kind,
      key,
      timeoutMs: options.timeout,
      until: (left) => left === undefined,
      what: `the clean-up of ${name}`,
    });
    const wiped = await wipedText(store, key.namespace, object.metadata.uid);
    if (wiped !== undefined) cli.out.write(`${name}: ${wiped}\n`);
  }
}

/** What `wipeOut` did, as the event that outlives the Repository has it. */
async function wipedText(store: Store, namespace: string, uid: string | undefined): Promise<string | undefined> {
  // Who may delete may not see events.
  const events = await store.list('Event', { namespace }).catch(() => []);
  return events.find(({ reason, involvedObject }) => reason === WIPED_OUT && involvedObject.uid === uid)?.message;
}
