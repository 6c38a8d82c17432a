import type { BackupSession } from '../../api/backup-session.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import type { Store } from '../../store/store.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { assertOperatorRuns, noteMissingOperator, workerOf } from '../operator-runs.ts';
import { type Format, objectsText, parseFormat } from '../output/print.ts';
import { kindText } from '../resolve.ts';
import { waitForSessions } from './wait.ts';

export interface StartOptions extends GlobalOptions {
  wait?: boolean;
  /** Milliseconds. */
  timeout?: number;
  output?: string;
}

/** Creates sessions and, when asked to, waits for their end. Nothing is created to be waited for where nobody would do it. */
export async function startSessions(
  cli: Cli,
  store: Store,
  sessions: readonly (BackupSession | RestoreSession)[],
  options: StartOptions,
): Promise<void> {
  const format = parseFormat(options.output);
  if (options.wait) await assertOperatorRuns(cli, options, `nothing was started, since the work is done by ${workerOf(options)}`);
  const created: (BackupSession | RestoreSession)[] = [];
  for (const session of sessions) created.push(await create(store, session));
  if (format === 'name' || !options.wait) announce(cli, created, format);
  if (options.wait) {
    await waitForSessions(cli, store, created, { timeoutMs: options.timeout, format });
    return;
  }
  await noteMissingOperator(cli, options, 'the session waits until it is started');
}

function create(store: Store, session: BackupSession | RestoreSession): Promise<BackupSession | RestoreSession> {
  return session.kind === 'RestoreSession'
    ? store.create('RestoreSession', session as RestoreSession)
    : store.create('BackupSession', session as BackupSession);
}

function announce(cli: Cli, created: readonly (BackupSession | RestoreSession)[], format: Format): void {
  if (format === 'json' || format === 'yaml') {
    cli.out.write(objectsText(created, format, created.length === 1));
    return;
  }
  for (const { kind, metadata } of created) {
    const name = `${kindText(kind === 'RestoreSession' ? 'RestoreSession' : 'BackupSession')}/${metadata.name}`;
    cli.out.write(format === 'name' ? `${name}\n` : `${name} created\n`);
  }
}
