import type { BackupSession } from '../../api/backup-session.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import type { Store } from '../../store/store.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { dataDirOf } from '../data-dir.ts';
import { assertOperatorRuns, operatorRuns } from '../operator-runs.ts';
import { objectsText, parseFormat } from '../output/print.ts';
import { kindText } from '../resolve.ts';
import { waitForSession } from './wait.ts';

export interface StartOptions extends GlobalOptions {
  wait?: boolean;
  /** Milliseconds. */
  timeout?: number;
  output?: string;
}

/** Creates a session and, when asked to, waits for its end. Nothing is created to be waited for where nobody would do it. */
export async function startSession(cli: Cli, store: Store, session: BackupSession | RestoreSession, options: StartOptions): Promise<void> {
  const format = parseFormat(options.output);
  if (options.wait) assertOperatorRuns(cli, options, 'nothing was started, since the work is done by "stash up"');
  const created =
    session.kind === 'RestoreSession'
      ? await store.create('RestoreSession', session as RestoreSession)
      : await store.create('BackupSession', session as BackupSession);
  const name = `${kindText(session.kind === 'RestoreSession' ? 'RestoreSession' : 'BackupSession')}/${created.metadata.name}`;
  if (format === 'name') cli.out.write(`${name}\n`);
  if (options.wait) {
    await waitForSession(cli, store, created, { timeoutMs: options.timeout, format });
    return;
  }
  if (format === 'json' || format === 'yaml') cli.out.write(objectsText([created], format, true));
  else if (format !== 'name') cli.out.write(`${name} created\n`);
  const dataDir = dataDirOf(cli, options);
  if (!operatorRuns(dataDir)) cli.err.write(`note: no "stash up" runs on ${dataDir}; the session waits until it is started\n`);
}
