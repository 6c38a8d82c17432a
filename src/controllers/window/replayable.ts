import type { BackupSession, BackupSessionStatus } from '../../api/backup-session.ts';
import type { BackupTargetStatus, HostBackupStats, RepositoryResult } from '../../api/backup-target-status.ts';
import { keyText } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import { timeText } from '../../rules/window/recoverable.ts';
import { replayableFrom } from '../../rules/window/replayable.ts';
import type { Base, Stored } from '../../rules/window/stored.ts';
import type { Context } from '../context.ts';
import { LINKED_SESSIONS } from '../indexes.ts';
import { patchStatus } from '../patch-status.ts';
import { targetKey, targetText } from '../platform-port.ts';
import { wasAtGtid } from '../repository/sessions.ts';

type Replayable = NonNullable<RepositoryResult['replayable']>;
/** Tells it of the snapshots of a target, in one repository. */
type Tell = (target: string, snapshots: readonly string[]) => Replayable | undefined;

/**
 * Says in the status of each session that stored a link of a chain in a repository, and has ended, how far logs go on from it. `stored` is
 * what the repository holds now, by target; of a target that is not in it nothing is said anew.
 */
export async function writeReplayable(
  ctx: Pick<Context, 'store'>,
  repository: RepositoryRef,
  stored: ReadonlyMap<string, Stored>,
): Promise<void> {
  const key = keyText(repository);
  const tell = teller(stored);
  for (const session of await ctx.store.view('BackupSession', { having: { index: LINKED_SESSIONS, key } })) {
    const status = withReplayable(session, key, stored, tell);
    await patchStatus(ctx, 'BackupSession', session, status).catch(unlessGone);
  }
}

function teller(stored: ReadonlyMap<string, Stored>): Tell {
  const found = new Map<string, Base>();
  const rules = new Map<string, ReturnType<typeof replayableFrom>>();
  for (const [target, of] of stored) for (const base of of.bases) found.set(`${target} ${base.id}`, base);
  return (target, snapshots) => {
    const base = snapshots.map((id) => found.get(`${target} ${id}`)).find((one) => one !== undefined);
    const of = stored.get(target);
    if (base === undefined || of === undefined) return undefined;
    const rule = rules.get(target) ?? replayableFrom(of);
    rules.set(target, rule);
    const told = rule(base);
    return told && { ...told, until: timeText(told.until) };
  };
}

function withReplayable(
  { status, metadata }: Readonly<BackupSession>,
  repository: string,
  stored: ReadonlyMap<string, Stored>,
  tell: Tell,
): BackupSessionStatus {
  const { replayableUntil: _before, ...rest } = status ?? {};
  const targets = (rest.targets ?? []).map((target) => {
    const key = targetText(targetKey(target.ref ?? {}, metadata.namespace ?? ''));
    if (!stored.has(key)) return target;
    return withResults(target, (result) => {
      const { replayable: _known, ...known } = result;
      if (keyText({ namespace: result.namespace ?? '', name: result.name }) !== repository) return result;
      const told = tell(key, result.snapshots ?? []);
      return told === undefined ? known : { ...known, replayable: told };
    });
  });
  const until = replayableUntil(targets.flatMap(({ stats = [] }) => stats));
  return { ...rest, ...(until === undefined ? {} : { replayableUntil: until }), targets };
}

function withResults(target: BackupTargetStatus, change: (result: RepositoryResult) => RepositoryResult): BackupTargetStatus {
  if (target.stats === undefined) return target;
  const stats = target.stats.map((host) =>
    host.repositories === undefined ? host : { ...host, repositories: host.repositories.map(change) },
  );
  return { ...target, stats };
}

/** Of each host the best repository counts, and of all hosts that were at a GTID the worst. */
function replayableUntil(hosts: readonly HostBackupStats[]): string | undefined {
  const ends = hosts.filter(wasAtGtid).map(({ repositories = [] }) =>
    repositories
      .flatMap(({ replayable }) => replayable?.until ?? [])
      .sort()
      .at(-1),
  );
  return ends.includes(undefined) ? undefined : ends.sort()[0];
}

/** It is not needed any more. */
function unlessGone(error: unknown): void {
  if (!isCode(error, 'NotFound')) throw error;
}
