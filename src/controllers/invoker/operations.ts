import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { Operation } from '../../api/operations.ts';
import { asStashError, isCode } from '../../errors/error.ts';
import type { Binding, Catalog } from '../../rules/binding.ts';
import { type Invoker, type Member, type PlannedOperation, repositoriesOf } from '../../rules/invoker.ts';
import { commonCapabilities, operationOf, unsupportedText } from '../../rules/operation.ts';
import { parseSchedule, type Schedule } from '../../rules/schedule/parse.ts';
import { memberBinding } from '../catalog.ts';
import type { Context } from '../context.ts';
import { checkStashStorage } from '../stash-program.ts';

/** One line of an invoker with everything that is known about it. */
export interface CheckedOperation {
  line: PlannedOperation;
  operation: Operation;
  state: ExecOpStatus['state'];
  message?: string;
  schedule?: Schedule;
}

/** What each line does and whether it can run; never throws for what a user wrote, says it in `state` and `message` instead. */
export async function checkOperations(
  ctx: Pick<Context, 'store' | 'platform'>,
  invoker: Invoker,
  catalog: Catalog,
): Promise<CheckedOperation[]> {
  return Promise.all(invoker.operations.map((line) => check(ctx, invoker, line, catalog)));
}

async function check(
  ctx: Pick<Context, 'store' | 'platform'>,
  invoker: Invoker,
  line: PlannedOperation,
  catalog: Catalog,
): Promise<CheckedOperation> {
  const named = operationOf({ alias: line.alias, ...(line.type === undefined ? {} : { type: line.type }) }, []);
  try {
    const schedule = line.schedule === undefined ? undefined : parseSchedule(line.schedule);
    const known = schedule === undefined ? {} : { schedule };
    if (named === 'RestoreTest') return { line, operation: named, ...known, ...notYet('restore tests are not built yet') };
    const bound = await bindingsOf(ctx, invoker, line, catalog);
    for (const { binding } of bound) await checkStashStorage(ctx, binding, repositoriesOf(invoker, line.alias));
    const supports = commonCapabilities(bound.map(({ binding }) => binding));
    const operation = operationOf({ alias: line.alias, ...(line.type === undefined ? {} : { type: line.type }) }, supports);
    if (!supports.includes(operation)) return { line, operation, ...known, ...notYet(unsupportedText(line.alias, operation)) };
    const untold = bound.find(({ member, binding }) => member.source === 'Primary' && !binding.supports.includes('Role'));
    if (untold !== undefined) return { line, operation, ...known, state: 'Invalid', message: roleUntold(invoker, untold) };
    const bare = ctx.platform.place === 'Cluster' ? bound.find(isWithoutPaths) : undefined;
    if (bare !== undefined) return { line, operation, ...known, state: 'Invalid', message: pathsMissing(bare.member) };
    return { line, operation, ...known, state: stateOf(invoker, line) };
  } catch (thrown) {
    const error = asStashError(thrown);
    if (error.code === 'Internal') throw thrown;
    const state = isCode(error, 'NotSupportedYet') ? 'NotSupportedYet' : 'Invalid';
    return { line, operation: named, state, message: `${error.message}. ${error.remedy}` };
  }
}

function stateOf(invoker: Invoker, line: PlannedOperation): ExecOpStatus['state'] {
  if (line.schedule === undefined) return 'Unscheduled';
  return invoker.paused || line.paused ? 'Paused' : 'Scheduled';
}

function notYet(message: string): { state: 'NotSupportedYet'; message: string } {
  return { state: 'NotSupportedYet', message };
}

interface Bound {
  member: Member;
  binding: Binding;
}

async function bindingsOf(
  ctx: Pick<Context, 'store' | 'platform'>,
  invoker: Invoker,
  line: PlannedOperation,
  catalog: Catalog,
): Promise<Bound[]> {
  const members = invoker.members.filter((member) => line.members.includes(member.key));
  return Promise.all(
    members.map(async (member) => ({ member, binding: await memberBinding(ctx, member, invoker.namespace, line.alias, catalog) })),
  );
}

function roleUntold({ kind, members }: Invoker, { member, binding }: Bound): string {
  const path = kind === 'BackupBatch' ? `spec.members[${members.indexOf(member)}].source` : 'spec.source';
  const names = binding.steps.map(({ name }) => name).join(', ') || `what ${binding.path} runs`;
  return `${path}: "Primary", and ${names} cannot tell which host is the primary; set All, or bind a function that supports Role`;
}

/** Of a claim the whole is meant; of a pod nobody can tell which of its directories are. */
function isWithoutPaths({ member: { target }, binding }: Bound): boolean {
  if (['PersistentVolumeClaim', 'AppBinding'].includes(target?.ref?.kind ?? '')) return false;
  const named = [...(target?.paths ?? []), ...(target?.volumeMounts ?? [])];
  return named.length === 0 && binding.steps.some(({ source, command }) => source === 'Paths' && command.length === 0);
}

function pathsMissing({ target }: Member): string {
  return `target ${target?.ref?.kind} ${target?.ref?.name} names neither paths nor volumeMounts, and "files" stores what these name`;
}
