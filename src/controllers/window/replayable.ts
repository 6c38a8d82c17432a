import type { BackupSession } from '../../api/backup-session.ts';
import type { RepositoryResult } from '../../api/backup-target-status.ts';
import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { keyText } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import type { RepositoryRef } from '../../orders/order.ts';
import { seriesPast } from '../../rules/window/extend.ts';
import { timeText } from '../../rules/window/recoverable.ts';
import { replayableFrom } from '../../rules/window/replayable.ts';
import { type HostResult, withResults } from '../../rules/window/session-results.ts';
import type { Base, Stored } from '../../rules/window/stored.ts';
import type { Context } from '../context.ts';
import { LINKED_SESSIONS } from '../indexes.ts';
import { patchStatus } from '../patch-status.ts';
import { linkedRepositories } from '../repository/sessions.ts';

type Found = Pick<RepositoryResult, 'link' | 'replayable'>;

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
  const change = ({ target, repository: of, result }: HostResult): RepositoryResult => {
    if (of !== key || !stored.has(target)) return result;
    const { link: _link, replayable: _replayable, ...rest } = result;
    return { ...rest, ...tell(target, result.snapshots ?? []) };
  };
  for (const session of await ctx.store.view('BackupSession', { having: { index: LINKED_SESSIONS, key } }))
    await patchStatus(ctx, 'BackupSession', session, withResults(session, change)).catch(unlessGone);
}

/** Once in the life of a session, when logs first reach past its end: how much further they come is said at the next look. */
export async function writeFirstReplayable(
  ctx: Pick<Context, 'store'>,
  sessions: readonly BackupSession[],
  lines: readonly ExecOpStatus[],
): Promise<void> {
  if (!lines.some(({ logs }) => logs !== undefined)) return;
  const change = ({ target, host, repository, result }: HostResult): RepositoryResult => {
    const { link, replayable } = result;
    if (link === undefined || replayable !== undefined) return result;
    const { gtid = '' } = host.position as { gtid?: string };
    const first = seriesPast(lines, { target, repository, link, gtid, time: host.endTime ?? '' });
    return first === undefined ? result : { ...result, replayable: first };
  };
  for (const session of sessions.filter((one) => linkedRepositories(one).length > 0))
    await patchStatus(ctx, 'BackupSession', session, withResults(session, change)).catch(unlessGone);
}

function teller(stored: ReadonlyMap<string, Stored>): (target: string, snapshots: readonly string[]) => Found {
  const found = new Map<string, Base>();
  const rules = new Map<string, ReturnType<typeof replayableFrom>>();
  for (const [target, of] of stored) for (const base of of.bases) found.set(`${target} ${base.id}`, base);
  return (target, snapshots) => {
    const base = snapshots.map((id) => found.get(`${target} ${id}`)).find((one) => one !== undefined);
    const of = stored.get(target);
    if (base === undefined || of === undefined) return {};
    const rule = rules.get(target) ?? replayableFrom(of);
    rules.set(target, rule);
    const told = rule(base);
    const replayable = told && { ...told, until: timeText(told.until) };
    return { link: `${base.chain}.${base.link}`, ...(replayable === undefined ? {} : { replayable }) };
  };
}

/** It is not needed any more. */
function unlessGone(error: unknown): void {
  if (!isCode(error, 'NotFound')) throw error;
}
