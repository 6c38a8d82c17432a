import type { Command } from 'commander';
import type { BackupSession } from '../../api/backup-session.ts';
import { KINDS } from '../../api/kinds.ts';
import { GROUP } from '../../api/names.ts';
import { sessionLabels } from '../../api/session-labels.ts';
import { sessionName } from '../../rules/names.ts';
import { type Cli, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { chooseAlias, type InvokerObject, readInvoker } from '../invoker.ts';
import { timeoutOption } from '../options.ts';
import { type StartOptions, startSession } from '../session/start.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('backup')
    .description('run a backup now')
    .argument('<config>', 'a BackupConfiguration, or backupbatch/NAME')
    .option('--alias <alias>', 'which of its aliases; needed when there are several')
    .option('--wait', 'wait for the end and print the result')
    .addOption(timeoutOption('with --wait: how long to wait (the backup goes on)'))
    .option('-o, --output <format>', 'json, yaml or name: print the session')
    .addHelpText('after', '\nExamples:\n  stash backup orders-db --alias full --wait\n  stash backup backupbatch/nightly --alias full')
    .action(async (config: string, _options, command: Command) => {
      await backup(cli, config, command.optsWithGlobals());
    });
}

interface BackupOptions extends StartOptions {
  alias?: string;
}

async function backup(cli: Cli, config: string, options: BackupOptions): Promise<void> {
  await withStore(cli, options, async (store) => {
    const invoker = await readInvoker(store, config, namespaceOf(options));
    const alias = chooseAlias(invoker, options.alias);
    await startSession(cli, store, manualSession(invoker, alias, { requestId: cli.newId(), now: cli.clock.now() }), options);
  });
}

/** The session of a run that was asked for. */
export function manualSession(invoker: InvokerObject, alias: string, { requestId, now }: { requestId: string; now: Date }): BackupSession {
  const { kind, metadata, spec } = invoker;
  const namespace = metadata.namespace ?? 'default';
  return {
    apiVersion: KINDS.BackupSession.apiVersion,
    kind: 'BackupSession',
    metadata: {
      name: sessionName({ kind, namespace, name: metadata.name, alias, tick: now, requestId }),
      namespace,
      labels: sessionLabels(invoker, alias),
      ownerReferences: [{ apiVersion: invoker.apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }],
    },
    spec: {
      invoker: { apiGroup: GROUP, kind, name: metadata.name },
      alias,
      trigger: 'Manual',
      requestID: requestId,
      ...(spec.retryConfig === undefined ? {} : { retryLeft: spec.retryConfig.maxRetry }),
    },
  };
}
