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

type Session = BackupSession | RestoreSession;

/**
 * Waits until the sessions have ended, with live progress on a terminal, and prints the summary of each. Ctrl-C and the timeout end the
 * waiting only. Throws when one did not succeed.
 */
export async function waitForSessions(
  cli: Cli,
  store: Store,
  sessions: readonly Session[],
  options: { timeoutMs: number | undefined; format: Format },
): Promise<void> {
  const ended = await watchToEnd(cli, store, sessions, options.timeoutMs);
  if (options.format === 'json' || options.format === 'yaml') cli.out.write(objectsText(ended, options.format, ended.length === 1));
  else if (options.format !== 'name') cli.out.write(ended.map((session) => summaryText(cli, session)).join('\n'));
  const failure = ended.map(failureOf).find((one) => one !== undefined);
  if (failure !== undefined) throw new ExitWith(FAILED_OPERATION, failure);
}

/** Side by side, since the history of finished ones is cut while others run. */
async function watchToEnd(cli: Cli, store: Store, sessions: readonly Session[], timeoutMs: number | undefined): Promise<Session[]> {
  const live = liveLines(cli.err);
  const seen = [...sessions];
  const show = () => live.show(seen.flatMap((session) => progressLines(session, cli.clock.now(), cli.err.color)));
  try {
    return await Promise.all(
      sessions.map((session, index) =>
        watchOne(cli, store, session, timeoutMs, (now) => {
          seen[index] = now;
          show();
        }),
      ),
    );
  } finally {
    live.clear();
  }
}

async function watchOne(
  cli: Cli,
  store: Store,
  session: Session,
  timeoutMs: number | undefined,
  onState: (now: Session) => void,
): Promise<Session> {
  const kind = session.kind === 'RestoreSession' ? 'RestoreSession' : 'BackupSession';
  const name = session.metadata.name;
  let seen = session;
  const until = (now: Session | undefined, last?: Session) => {
    seen = now ?? last ?? seen;
    onState(seen);
    return now === undefined || isFinished(now);
  };
  try {
    await waitFor(cli, store, { kind, key: keyOf(session), timeoutMs, what: `${kind} ${name}`, until });
  } catch (error) {
    if (!isCode(error, 'Interrupted', 'TimedOut')) throw error;
    const remedy = `It goes on (${seen.status?.phase ?? 'Pending'}); look at it with "stash describe ${kind.toLowerCase()} ${name}" or "stash logs ${name} -f".`;
    throw new StashError(error.code, error.message, { cause: error, remedy });
  }
  // One that is gone may have ended well before the history was cut.
  if (!isFinished(seen)) throw new StashError('NotFound', `${kind} ${name} was deleted while it ran`);
  return seen;
}

function summaryText(cli: Cli, session: Session): string {
  const view = { now: cli.clock.now(), color: cli.out.color };
  const sections =
    session.kind === 'RestoreSession'
      ? restoreSessionSections(session as RestoreSession, view)
      : backupSessionSections(session as BackupSession, view);
  // The conditions come last; they tell how it came about, which the summary leaves to describe.
  return sectionText([{ rows: [['Session', session.metadata.name]] }, ...sections.slice(0, -1)]);
}
