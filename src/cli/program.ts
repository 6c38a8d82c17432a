import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { assertPlace, choosesCluster, needsNoStore } from './cluster/choose.ts';
import { EXIT_CODES } from './exit-code.ts';
import { versionText } from './version.ts';

/** The command tree for this command line: only the modules of the commands that it can mean are loaded, to start quickly. */
export async function buildProgram(cli: Cli, argv: readonly string[]): Promise<Command> {
  const program = new Command(cli.env.STASH_PROGRAM || 'stash')
    .description('Backups for files and MariaDB, from manifest to restore.')
    .option('--data-dir <dir>', 'directory of the store, logs and stages (default: $STASH_DATA_DIR, or one of the user)')
    .option('-n, --namespace <name>', 'namespace of the objects (default: "default", or that of the context)')
    .option('--cluster', 'work on a cluster, found as kubectl finds it')
    .option('--kubeconfig <file>', 'the same, with this kubeconfig')
    .option('--context <name>', 'the same, with this context of the kubeconfig')
    .option('--operator-namespace <name>', 'of a cluster: where its operator is (default: found by label, or "stash-system")')
    .option('--json', 'print errors as JSON on standard error')
    .option('-v, --verbose', 'say more on standard error')
    .version(versionText(), '--version', 'print the version')
    .enablePositionalOptions(false)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(cli.out.width, 120) })
    .configureOutput({
      writeOut: cli.out.write,
      // The error is printed by run.ts, in one form for all errors.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(cli.out.width, 120),
    })
    .addHelpText('after', `\nExit codes:\n${EXIT_CODES.map(([code, text]) => `  ${String(code).padEnd(3)}  ${text}`).join('\n')}`);
  program.hook('preAction', (_, command) => choosePlace(program, command, cli));
  for (const register of await loadCommands(argv)) register(program, cli);
  return program;
}

/** A command finds the cluster it works on in its options. */
async function choosePlace(program: Command, command: Command, cli: Cli): Promise<void> {
  const name = command.name();
  const cluster = choosesCluster(program.opts(), cli.env);
  assertPlace(name, cluster);
  if (!cluster || needsNoStore(name)) return;
  const { clusterCredentials } = await import('./cluster/credentials.ts');
  program.setOptionValue('credentials', await clusterCredentials(cli, program.opts()));
}

type Register = (program: Command, cli: Cli) => void;

/** In the order in which help shows them. */
const COMMANDS: Record<string, () => Promise<{ register: Register }>> = {
  up: () => import('./commands/up.ts'),
  apply: () => import('./commands/apply.ts'),
  get: () => import('./commands/get.ts'),
  describe: () => import('./commands/describe.ts'),
  delete: () => import('./commands/delete.ts'),
  snapshots: () => import('./commands/snapshots.ts'),
  window: () => import('./commands/window.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  check: () => import('./commands/maintain.ts'),
  adopt: () => import('./commands/maintain.ts'),
  prune: () => import('./commands/maintain.ts'),
  unlock: () => import('./commands/unlock.ts'),
  inject: () => import('./commands/inject.ts'),
  'upgrade-agents': () => import('./commands/upgrade-agents.ts'),
  schedule: () => import('./commands/schedule.ts'),
  logs: () => import('./commands/logs.ts'),
  pause: () => import('./commands/pause.ts'),
  resume: () => import('./commands/pause.ts'),
  grants: () => import('./commands/grants.ts'),
  doctor: () => import('./commands/doctor.ts'),
  completion: () => import('./commands/completion.ts'),
  __complete: () => import('./commands/completion.ts'),
  version: () => import('./commands/version.ts'),
};

async function loadCommands(argv: readonly string[]): Promise<Register[]> {
  const named = argv.filter((arg) => Object.hasOwn(COMMANDS, arg));
  const known = argv[0] !== undefined && (argv[0].startsWith('-') || Object.hasOwn(COMMANDS, argv[0]));
  const few = known && named.length > 0 && !argv.includes('help') && !argv.includes('__complete');
  const names = few ? [...new Set(named)] : Object.keys(COMMANDS);
  const modules = await Promise.all(names.map((name) => COMMANDS[name]?.()));
  // A module may hold several commands.
  return [...new Set(modules.flatMap((module) => (module === undefined ? [] : [module.register])))];
}
