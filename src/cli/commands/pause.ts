import type { Command } from 'commander';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { chooseAlias, type InvokerObject, parseInvokerRef } from '../invoker.ts';
import { kindText } from '../resolve.ts';
import { updateObject } from '../update.ts';

export function register(program: Command, cli: Cli): void {
  command(program, cli, 'pause', true, 'stop the schedules of a configuration, or of one alias; manual runs go on working');
  command(program, cli, 'resume', false, 'start the schedules again');
}

interface PauseOptions extends GlobalOptions {
  alias?: string;
}

function command(program: Command, cli: Cli, name: string, paused: boolean, description: string): void {
  program
    .command(name)
    .description(description)
    .argument('<config>', 'a BackupConfiguration, or backupbatch/NAME')
    .option('--alias <alias>', 'only this alias')
    .action(async (config: string, _options, self: Command) => {
      await setPaused(cli, config, paused, self.optsWithGlobals());
    });
}

async function setPaused(cli: Cli, config: string, paused: boolean, options: PauseOptions): Promise<void> {
  const { kind, name } = parseInvokerRef(config);
  await withStore(cli, options, async (store) => {
    const changed = await updateObject(store, kind, name, namespaceOf(options), (invoker) => pauseLevel(invoker, options.alias, paused));
    const what = options.alias === undefined ? '' : ` alias ${options.alias}`;
    cli.out.write(`${kindText(kind)}/${name}${what} ${paused ? 'paused' : 'resumed'}\n`);
    if (!paused && options.alias !== undefined && changed.spec.paused === true) {
      cli.err.write(`note: the whole of ${kindText(kind)}/${name} is still paused\n`);
    }
  });
}

function pauseLevel(invoker: InvokerObject, alias: string | undefined, paused: boolean): void {
  if (alias === undefined) {
    invoker.spec.paused = paused;
    return;
  }
  chooseAlias(invoker, alias);
  const members = 'members' in invoker.spec ? (invoker.spec.members ?? []) : [];
  const ops = [invoker.spec, ...members].flatMap((level) => level.execOps ?? []).filter((op) => op.alias === alias);
  // The alias of a single `schedule` has no entry of its own.
  if (ops.length === 0) invoker.spec.paused = paused;
  for (const op of ops) op.paused = paused;
}
