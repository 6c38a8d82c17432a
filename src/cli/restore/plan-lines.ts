import type { RestoreSession } from '../../api/restore-session.ts';
import { StashError } from '../../errors/error.ts';
import { formatBytes } from '../../rules/bytes.ts';
import { covers, formatState, parseState } from '../../rules/gtid/state.ts';
import { bytesToFetch, type Choice, chooseBase, chooseFound, chooseLatest, logsToRead, type PointWish } from '../../rules/window/choose.ts';
import { estimateText } from '../../rules/window/estimate.ts';
import { pointWish, sourceTarget } from '../../rules/window/point-wish.ts';
import { timeText } from '../../rules/window/recoverable.ts';
import { type Stored, type StoredLog, storedOf } from '../../rules/window/stored.ts';
import { requireNewest } from '../../rules/window/unreached.ts';
import type { Store } from '../../store/store.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { cacheDirOf, dataDirOf } from '../data-dir.ts';
import { listSnapshots } from '../snapshots/list.ts';
import type { RestoreSource } from './source.ts';

/**
 * What a restore to a point would be made of, from what the repository has now; nothing for what has no points. Throws what the restore
 * would be refused with, as far as tags tell it.
 */
export async function planLines(
  cli: Cli,
  store: Store,
  { source, session }: { source: RestoreSource; session: RestoreSession },
  options: GlobalOptions,
): Promise<string[]> {
  const wish = pointWish(session.spec);
  if (wish === undefined) return [];
  const isNamed = wish.time !== undefined || wish.gtid !== undefined;
  const cluster = options.credentials !== undefined;
  const repository = { namespace: source.repository.namespace ?? session.metadata.namespace ?? '', name: source.repository.name };
  const snapshots = await listSnapshots(
    cli,
    store,
    repository,
    { internal: true, cluster },
    cluster ? cacheDirOf(cli) : dataDirOf(cli, options),
  );
  const ref = source.target?.ref;
  const target = sourceTarget(snapshots, ref === undefined ? '' : `${ref.namespace ?? session.metadata.namespace}/${ref.kind}/${ref.name}`);
  if (target === undefined && !isNamed) return [];
  const stored = storedOf(snapshots, target ?? '', new Set(snapshots.filter(({ complete }) => complete === false).map(({ id }) => id)));
  if (!isNamed && wish.timeline === undefined) requireNewest(stored);
  const sessions = await store.list('RestoreSession', cluster ? { namespace: session.metadata.namespace ?? '' } : {}).catch(() => []);
  const say = (asked: string, choice: Choice) => choiceLines(asked, choice, (bytes) => estimateText(sessions, repository, bytes));
  if (!isNamed) return say('latest', chooseLatest(stored, wish));
  const logs = logsToRead(stored, wish);
  const asked = `${wish.exclusive ? 'just before ' : ''}${session.spec.pointInTime?.time ?? wish.gtid}`;
  if (logs.length === 0) return say(asked, chooseBase(stored, wish));
  const known = logs.length === 1 && logs[0] !== undefined ? knownState(wish) : undefined;
  const [log] = logs;
  if (known !== undefined && log !== undefined) return say(asked, chooseFound(stored, [{ log, state: known }], wish));
  return [
    `point: ${asked}; which GTID that is, the log tells: it is looked for when the restore begins, before anything is stopped (status.point)`,
    ...logs.flatMap((one) => [candidateLine(stored, one), ...wayLines(stored, one, wish, say)]),
  ];
}

/** Of a GTID that stands for itself; a time, what is just before a GTID, and other domains are known to the logs alone. */
function knownState({ gtid, exclusive }: PointWish) {
  const state = parseState(gtid ?? '');
  return gtid === undefined || exclusive || state.size === 0 ? undefined : state;
}

/** What it is made of if the point is in this log: the bases that are surely before it, and all of this log. */
function wayLines(stored: Stored, log: StoredLog, { time, gtid }: PointWish, say: (asked: string, choice: Choice) => string[]): string[] {
  const wanted = parseState(gtid ?? '');
  const bases = stored.bases.filter((base) => (time === undefined ? !covers(base.state ?? new Map(), wanted) : base.time <= time));
  try {
    const [, ...lines] = say('', chooseFound({ ...stored, bases }, [{ log, state: log.to }], { exclusive: false }));
    return lines.map((line) => `  ${line}`);
  } catch {
    // Only reading that log tells.
    return [];
  }
}

function choiceLines(asked: string, { base, logs, state, timeline }: Choice, estimate: (bytes: number) => string | undefined): string[] {
  const bytes = bytesToFetch({ base, logs });
  return [
    `point: ${asked}${state === undefined ? '' : `, GTID ${formatState(state)}`}${timeline === undefined ? '' : ` on timeline ${timeline}`}`,
    `base:  ${base.id.slice(0, 8)} of host ${base.host}, stored ${timeText(base.time)}${base.state === undefined ? '' : `, GTID ${formatState(base.state)}`}`,
    ...logs.map(
      ({ log, upTo }) =>
        `logs:  ${log.id.slice(0, 8)} of host ${log.host}, timeline ${log.timeline}${upTo === undefined ? '' : `, up to ${formatState(upTo)}`}`,
    ),
    ...(bytes === undefined
      ? []
      : [
          `fetch: ${formatBytes(bytes)}`,
          `time:  ${estimate(bytes) ?? 'not known before a restore of about that size from this Repository has succeeded'}`,
        ]),
  ];
}

function candidateLine({ bases }: Stored, log: StoredLog): string {
  if (bases.length === 0) throw new StashError('SnapshotNotFound', 'there is no base to go on from');
  return `in:    ${log.id.slice(0, 8)} of host ${log.host}, timeline ${log.timeline}, ${timeText(log.since)} to ${timeText(log.until)}, GTID ${formatState(log.from) || '(none)'} to ${formatState(log.to)}`;
}
