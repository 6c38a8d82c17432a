import type { BackupSession } from '../../api/backup-session.ts';
import { keyOf } from '../../api/object.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { isCode, StashError } from '../../errors/error.ts';
import type { Store } from '../../store/store.ts';
import type { Cli } from '../cli.ts';
import { sectionText } from '../describe/layout.ts';
import { backupSessionSections, restoreSessionSections } from '../describe/sessions.ts';
import { ExitWith } from '../exit-with.ts';
import { type Format, objectsText } from '../output/print.ts';
import { liveLines } from '../progress.ts';
import { waitFor } from '../wait-for.ts';
import { isFinished } from './finished.ts';
import { failureOf } from './outcome.ts';
import { progressLines } from './progress-lines.ts';

/** Exit code of a session that ended otherwise than well, whatever the class of its error. */
const FAILED_OPERATION = 5;

/**
 * Waits until a session has ended, with live progress on a terminal, then prints its summary. Ctrl-C and the timeout end the waiting
 * only. Throws when it did not succeed.
 */
export async function waitForSession(
  cli: Cli,
  store: Store,
  session: BackupSession | RestoreSession,
  options: { timeoutMs: number | undefined; format: Format },
): Promise<void> {
  const ended = await watchToEnd(cli, store, session, options.timeoutMs);
  if (options.format === 'json' || options.format === 'yaml') cli.out.write(objectsText([ended], options.format, true));
  else if (options.format !== 'name') cli.out.write(summaryText(cli, ended));
  const failure = failureOf(ended);
  if (failure !== undefined) throw new ExitWith(FAILED_OPERATION, failure);
}

async function watchToEnd(
  cli: Cli,
  store: Store,
  session: BackupSession | RestoreSession,
  timeoutMs: number | undefined,
): Promise<BackupSession | RestoreSession> {
  const kind = session.kind === 'RestoreSession' ? 'RestoreSession' : 'BackupSession';
  const name = session.metadata.name;
  const live = liveLines(cli.err);
  let seen: BackupSession | RestoreSession = session;
  try {
    const ended = await waitFor(cli, store, {
      kind,
      key: keyOf(session),
      timeoutMs,
      what: `${kind} ${name}`,
      until: (now) => {
        if (now === undefined) return true;
        seen = now;
        live.show(progressLines(now, cli.clock.now(), cli.err.color));
        return isFinished(now);
      },
    });
    if (ended === undefined) throw new StashError('NotFound', `${kind} ${name} was deleted while it ran`);
    return ended;
  } catch (error) {
    if (!isCode(error, 'Canceled', 'TimedOut')) throw error;
    const remedy = `It goes on (${seen.status?.phase ?? 'Pending'}); look at it with "stash describe ${kind.toLowerCase()} ${name}" or "stash logs ${name} -f".`;
    throw new StashError(error.code, error.message, { cause: error, remedy });
  } finally {
    live.clear();
  }
}

function summaryText(cli: Cli, session: BackupSession | RestoreSession): string {
  const view = { now: cli.clock.now(), color: cli.out.color };
  const sections =
    session.kind === 'RestoreSession'
      ? restoreSessionSections(session as RestoreSession, view)
      : backupSessionSections(session as BackupSession, view);
  // The conditions come last; they tell how it came about, which the summary leaves to describe.
  return sectionText([{ rows: [['Session', session.metadata.name]] }, ...sections.slice(0, -1)]);
}
