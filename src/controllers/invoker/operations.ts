import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { Operation } from '../../api/operations.ts';
import { asStashError, isCode } from '../../errors/error.ts';
import type { Catalog } from '../../rules/binding.ts';
import type { Invoker, PlannedOperation } from '../../rules/invoker.ts';
import { operationOf } from '../../rules/operation.ts';
import { parseSchedule, type Schedule } from '../../rules/schedule/parse.ts';
import { memberBinding } from '../catalog.ts';
import type { Context } from '../context.ts';

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
    const supports = await commonCapabilities(ctx, invoker, line, catalog);
    const operation = operationOf({ alias: line.alias, ...(line.type === undefined ? {} : { type: line.type }) }, supports);
    if (!supports.includes(operation))
      return { line, operation, ...known, ...notYet(`no function that is bound to "${line.alias}" can do ${operation} yet`) };
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

/** What the functions of all members can do for this alias. */
async function commonCapabilities(
  ctx: Pick<Context, 'store' | 'platform'>,
  invoker: Invoker,
  line: PlannedOperation,
  catalog: Catalog,
): Promise<string[]> {
  const members = invoker.members.filter((member) => line.members.includes(member.key));
  const bindings = await Promise.all(members.map((member) => memberBinding(ctx, member, invoker.namespace, line.alias, catalog)));
  const [first, ...rest] = bindings.map((binding) => binding.supports as string[]);
  return (first ?? []).filter((one) => rest.every((other) => other.includes(one)));
}
