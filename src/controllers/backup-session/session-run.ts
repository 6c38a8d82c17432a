import type { BackupSession, BackupSessionStatus } from '../../api/backup-session.ts';
import { keyOf } from '../../api/object.ts';
import type { Operation } from '../../api/operations.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import type { OrderError } from '../../orders/order.ts';
import { type Invoker, invokerOf, type PlannedOperation, repositoriesOf } from '../../rules/invoker.ts';
import { readCatalog } from '../catalog.ts';
import { withCondition } from '../conditions.ts';
import { type Context, timeText } from '../context.ts';
import { type CheckedOperation, checkOperations } from '../invoker/operations.ts';
import { patchStatus } from '../patch-status.ts';

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
  condition(type: string, ok: boolean | 'Unknown', reason: string, message: string): void;
}

export type PhaseOutcome =
  | { type: 'next' }
  | { type: 'wait'; ms: number; why: string }
  /** The session is over; the error says why when it failed. */
  | { type: 'end'; phase: 'Succeeded' | 'Failed' | 'Skipped'; reason: string; message: string; error?: OrderError };

export const NEXT: PhaseOutcome = { type: 'next' };

export function wait(ms: number, why: string): PhaseOutcome {
  return { type: 'wait', ms, why };
}

export function fail(thrown: unknown): PhaseOutcome {
  const error = asStashError(thrown);
  return { type: 'end', phase: 'Failed', reason: error.code, message: `${error.message}. ${error.remedy}` };
}

export function purposeOfSession(session: BackupSession): string {
  return `BackupSession/${session.metadata.namespace}/${session.metadata.name}`;
}

/** Everything a phase needs to know, read anew each time. Throws what makes the session impossible. */
export async function openSession(ctx: Context, session: BackupSession, signal: AbortSignal): Promise<SessionRun> {
  const { kind, name } = session.spec.invoker;
  const key = { namespace: session.metadata.namespace ?? '', name };
  const object = kind === 'BackupBatch' ? await ctx.store.get('BackupBatch', key) : await ctx.store.get('BackupConfiguration', key);
  if (object === undefined) throw new StashError('NotFound', `the session is for ${kind} ${name}, which does not exist`);
  const invoker = invokerOf(object);
  const operations = await checkOperations(ctx, invoker, await readCatalog(ctx));
  const { line, operation, state, message } = chosen(operations, session, invoker);
  if (state === 'NotSupportedYet') throw new StashError('NotSupportedYet', `alias "${line.alias}" (${operation}): ${message}`);
  if (object.status?.phase === 'Invalid' || state === 'Invalid')
    throw new StashError('Invalid', `${kind} ${name} is invalid: ${message ?? readyMessage(object.status)}`);
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
    save: async () => {
      current = await patchStatus(ctx, 'BackupSession', current, structuredClone(run.status));
      run.session = current;
    },
    condition: (type, ok, reason, message) => {
      const status = ok === 'Unknown' ? 'Unknown' : ok ? 'True' : 'False';
      run.status.conditions = withCondition(run.status.conditions, { type, status, reason, message }, timeText(now));
    },
  };
  return run;
}

/** A session by hand may leave the alias out where there is just one. */
function chosen(operations: CheckedOperation[], session: BackupSession, invoker: Invoker): CheckedOperation {
  const { alias, members } = session.spec;
  const known = [...new Set(operations.map((one) => one.line.alias))];
  if (alias === undefined && known.length > 1)
    throw new StashError('Invalid', `spec.alias is missing; ${invoker.name} has ${known.join(', ')}`);
  const matching = operations.filter((one) => one.line.alias === (alias ?? known[0]));
  const found = matching.find((one) => members === undefined || members.every((key) => one.line.members.includes(key))) ?? matching[0];
  if (found === undefined)
    throw new StashError(
      'Invalid',
      `spec.alias "${alias ?? ''}" is not an alias of ${invoker.kind} ${invoker.name}; it has ${known.join(', ') || 'none'}`,
    );
  return members === undefined
    ? found
    : { ...found, line: { ...found.line, members: found.line.members.filter((key) => members.includes(key)) } };
}

function readyMessage(status: { conditions?: { type: string; message: string }[] } | undefined): string {
  return status?.conditions?.find((one) => one.type === 'ValidationPassed')?.message ?? 'see its status';
}

export function sessionName(session: BackupSession): string {
  const { namespace, name } = keyOf(session);
  return `${namespace}/${name}`;
}
