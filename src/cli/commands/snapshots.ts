import type { Command } from 'commander';
import { StashError } from '../../errors/error.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { cacheDirOf, dataDirOf } from '../data-dir.ts';
import { objectsText, parseFormat } from '../output/print.ts';
import { resolveTargetText } from '../restore/target-ref.ts';
import { listSnapshots } from '../snapshots/list.ts';
import { snapshotObject } from '../snapshots/snapshot-object.ts';
import { snapshotTable } from '../snapshots/snapshot-table.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('snapshots')
    .description('list what is stored in a repository')
    .argument('<repository>', 'name of the Repository')
    .option('--host <host>', 'only of this host')
    .option('--target <target>', 'only of this target: KIND/NAME, or NAMESPACE/KIND/NAME')
    .option('--all', 'those that Stash keeps for itself, too')
    .option('-o, --output <format>', 'json, yaml, wide or name')
    .option('--no-headers', 'leave out the header line')
    .addHelpText(
      'after',
      [
        '\nThe repository itself is asked, so this works whether or not "stash up" runs. COMPLETE is "no" where something could not be read,',
        'or was not stored in every repository, and empty where nobody knows.',
      ].join('\n'),
    )
    .action(async (repository: string, _options, command: Command) => {
      await snapshots(cli, repository.replace(/^repo(sitory|sitories)?\//i, ''), command.optsWithGlobals());
    });
}

interface SnapshotsOptions extends GlobalOptions {
  host?: string;
  target?: string;
  all?: boolean;
  output?: string;
  headers: boolean;
}

async function snapshots(cli: Cli, name: string, options: SnapshotsOptions): Promise<void> {
  const format = parseFormat(options.output);
  const repository = { namespace: namespaceOf(options), name };
  const wishes = {
    internal: options.all === true,
    cluster: options.credentials !== undefined,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.target === undefined ? {} : { target: targetTag(options.target, repository.namespace) }),
  };
  const found = await withStore(cli, options, (store) =>
    listSnapshots(cli, store, repository, wishes, options.credentials === undefined ? dataDirOf(cli, options) : cacheDirOf(cli)),
  );
  const objects = found.map((snapshot) => snapshotObject(snapshot, repository));
  if (format === 'json' || format === 'yaml') cli.out.write(objectsText(objects, format, false));
  else if (format === 'name') cli.out.write(objects.map((one) => `${one.metadata.name}\n`).join(''));
  else if (objects.length === 0) cli.err.write(`no snapshots in repository ${name}\n`);
  else {
    const lines = snapshotTable(objects, format === 'wide', cli.clock.now());
    cli.out.write(`${(options.headers ? lines : lines.slice(1)).join('\n')}\n`);
  }
}

/** `NAMESPACE/KIND/NAME` as the tag has it. */
function targetTag(text: string, namespace: string): string {
  const parts = text.split('/');
  if (parts.length === 3) return text;
  if (parts.length !== 2) throw new StashError('Usage', `--target ${text} is neither KIND/NAME nor NAMESPACE/KIND/NAME`);
  const { kind, name } = resolveTargetText(text);
  return `${namespace}/${kind}/${name}`;
}
