import type { BackupSession, BackupSessionStatus } from '../../api/backup-session.ts';
import { keyOf } from '../../api/object.ts';
import type { Operation } from '../../api/operations.ts';
import { StashError } from '../../errors/error.ts';
import { type Invoker, invokerOf, type PlannedOperation, repositoriesOf } from '../../rules/invoker.ts';
import { foreignTarget } from '../../rules/own-namespace.ts';
import { readCatalog } from '../catalog.ts';
import { withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { type CheckedOperation, checkOperations } from '../invoker/operations.ts';
import { patchStatus } from '../patch-status.ts';
import { type PhaseOutcome, wait } from '../phase-outcome.ts';
import { invokerOfSession } from '../read-invoker.ts';

export { fail, NEXT, wait } from '../phase-outcome.ts';

/** One session on its way through the phases. `status` is the draft of this reconcile; `save` writes it. */
export interface SessionRun {
  ctx: Context;
  session: BackupSession;
  status: BackupSessionStatus;
  invoker: Invoker;
  line: PlannedOperation;
  operation: Operation;
  repositories: { namespace: string; name: string }[];
  purpose: string;
  now: Date;
  signal: AbortSignal;
  save(): Promise<void>;
  /** What is done as soon as the draft has been written. */
  afterwards: (() => void)[];
  condition(type: string, ok: boolean | 'Unknown', reason: string, message: string): void;
}

export type SessionOutcome = PhaseOutcome<'Succeeded' | 'Failed' | 'Skipped'>;

export function purposeOfSession(session: BackupSession): string {
  return `BackupSession/${session.metadata.namespace}/${session.metadata.name}`;
}

/** Everything a phase needs to know, read anew each time. Throws what makes the session impossible. */
export async function openSession(ctx: Context, session: BackupSession, signal: AbortSignal): Promise<SessionRun> {
  const { kind, name } = session.spec.invoker;
  const object = await invokerOfSession(ctx, session);
  if (object === undefined) throw new StashError('NotFound', `the session is for ${kind} ${name}, which does not exist`);
  const invoker = invokerOf(object);
  if (invoker.driver === 'VolumeSnapshotter')
    throw new StashError('NotSupportedYet', `${kind} ${name} has driver: VolumeSnapshotter, which is not supported (DriverNotSupported)`);
  const operations = await checkOperations(ctx, invoker, await readCatalog(ctx));
  // What has begun goes on by what it began with: a mistake in a new spec does not stop a run.
  const begun = session.status?.phase === 'Running' || session.status?.phase === 'DataStored';
  const { line, operation, state, message } = chosen(operations, session, invoker, begun);
  if (!begun && state === 'NotSupportedYet')
    throw new StashError('NotSupportedYet', `alias "${line.alias}" (${operation}): ${message}`, {
      // Of a restore test the catalogue says it.
      ...(operation === 'RestoreTest' ? {} : { remedy: 'Remove the alias, or change what is bound to it as the message says.' }),
    });
  if (!begun && (object.status?.phase === 'Invalid' || state === 'Invalid'))
    throw new StashError('Invalid', `${kind} ${name} is invalid: ${message ?? readyMessage(object.status)}`);
  // Status may be of an earlier spec.
  const foreign = invoker.members.flatMap((member) => foreignTarget(ctx.platform.place, member.target ?? {}, invoker.namespace));
  if (foreign.length > 0) throw new StashError('Invalid', `${kind} ${name}: target.${foreign.join('; target.')}`);
  let current = session;
  const now = ctx.clock.now();
  const run: SessionRun = {
    ctx,
    session,
    status: structuredClone(session.status ?? {}),
    invoker,
    line,
    operation,
    repositories: repositoriesOf(invoker, line.alias),
    purpose: purposeOfSession(session),
    now,
    signal,
    afterwards: [],
    save: async () => {
      current = await patchStatus(ctx, 'BackupSession', current, structuredClone(run.status));
      run.session = current;
      for (const act of run.afterwards.splice(0)) act();
    },
    condition: (type, ok, reason, message) => {
      const status = ok === 'Unknown' ? 'Unknown' : ok ? 'True' : 'False';
      run.status.conditions = withCondition(run.status.conditions, { type, status, reason, message }, timeText(now));
    },
  };
  return run;
}

/**
 * The line a session runs. A session by hand may leave the alias out where there is just one, and the members: then it is for all that
 * have the alias, whether by the batch's line or by one of their own.
 */
function chosen(operations: CheckedOperation[], session: BackupSession, invoker: Invoker, begun: boolean): CheckedOperation {
  const { alias, members } = session.spec;
  const known = [...new Set(operations.map((one) => one.line.alias))];
  if (alias === undefined && known.length > 1)
    throw new StashError('Invalid', `spec.alias is missing; ${invoker.name} has ${known.join(', ')}`);
  const matching = operations.filter((one) => one.line.alias === (alias ?? known[0]));
  if (matching.length === 0)
    throw new StashError(
      'Invalid',
      `spec.alias "${alias ?? ''}" is not an alias of ${invoker.kind} ${invoker.name}; it has ${known.join(', ') || 'none'}`,
    );
  const covered = matching.flatMap((one) => one.line.members);
  const wanted = members ?? covered;
  const unknown = begun ? [] : wanted.filter((key) => !covered.includes(key));
  if (unknown.length > 0 || wanted.length === 0)
    throw new StashError('Invalid', `spec.members: ${unknown.join(', ') || 'nobody'} has no alias "${alias}"; ${covered.join(', ')} do`);
  const lines = matching.filter((one) => one.line.members.some((key) => wanted.includes(key)));
  const found = lines.find((one) => one.state === 'Invalid' || one.state === 'NotSupportedYet') ?? lines[0];
  if (found === undefined || lines.some((one) => one.operation !== found.operation))
    throw new StashError('Invalid', `spec.members: alias "${alias}" is not the same operation for ${wanted.join(', ')}; name one of them`);
  return { ...found, line: { ...found.line, members: wanted } };
}

function readyMessage(status: { conditions?: { type: string; message: string }[] } | undefined): string {
  return status?.conditions?.find((one) => one.type === 'ValidationPassed')?.message ?? 'see its status';
}

export function sessionName(session: BackupSession): string {
  const { namespace, name } = keyOf(session);
  return `${namespace}/${name}`;
}

/** It waits, and its status says for what. */
export function pending(run: SessionRun, reason: string, message: string): SessionOutcome {
  Object.assign(run.status, { reason, message });
  return wait(5_000, message);
}
