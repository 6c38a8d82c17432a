import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { Operation } from '../../api/operations.ts';
import { StashError } from '../../errors/error.ts';
import { type Invoker, invokerOf, type PlannedOperation } from '../../rules/invoker.ts';
import { operationOf } from '../../rules/operation.ts';
import { parseSchedule } from '../../rules/schedule/parse.ts';
import { assertTimeZone } from '../../rules/schedule/zone.ts';
import type { InvokerObject } from '../invoker.ts';

/** What one alias does and when, as far as it can be told without the operator; where that has spoken, as it says. */
export interface AliasPlan {
  alias: string;
  /** Of a batch: the member whose own alias it is. */
  member?: string;
  operation: Operation;
  schedule?: string;
  /** The schedule as five-field cron; absent when it cannot be understood. */
  understood?: string;
  timeZone: string;
  /** What becomes of a due run: `run`, or what keeps it from running. */
  would: string;
  why: string;
}

/** Every alias of a configuration or batch, members' own ones after those of the batch. */
export function aliasPlans(object: InvokerObject): AliasPlan[] {
  const invoker = invokerOf(object);
  return invoker.operations.map((line) => {
    const said = currentStatus(object, line);
    const onDatabase = invoker.members.some((member) => line.members.includes(member.key) && member.target?.ref?.kind === 'AppBinding');
    const binding = { alias: line.alias, ...(line.type === undefined ? {} : { type: line.type }) };
    const operation = said?.operation ?? operationOf(binding, onDatabase ? ['Full'] : ['Full', 'Incremental']);
    return {
      alias: line.alias,
      ...(line.member === undefined ? {} : { member: line.member }),
      operation,
      ...(line.schedule === undefined ? {} : { schedule: line.schedule }),
      timeZone: line.timeZone,
      ...verdict(object, invoker, line, said, unbuilt(operation, onDatabase)),
    };
  });
}

/** What the operator said of the alias, if it has seen the present spec. */
function currentStatus({ status, metadata }: InvokerObject, line: PlannedOperation): ExecOpStatus | undefined {
  if (status?.observedGeneration !== metadata.generation) return undefined;
  return status?.execOps?.find((one) => one.alias === line.alias && one.member === line.member);
}

/** The obvious cases, said before the operator has looked; what a function supports, only the operator knows. */
function unbuilt(operation: Operation, onDatabase: boolean): string | undefined {
  if (operation === 'RestoreTest') return 'restore tests are not built yet';
  return operation === 'Incremental' && onDatabase ? 'incremental backups of databases are not built yet' : undefined;
}

type Verdict = Pick<AliasPlan, 'would' | 'why' | 'understood'>;

function verdict(
  object: InvokerObject,
  invoker: Invoker,
  line: PlannedOperation,
  said: ExecOpStatus | undefined,
  notBuilt: string | undefined,
): Verdict {
  const read = understand(line);
  if (read === undefined) return { would: 'nothing', why: 'it has no schedule; run it with "stash backup"' };
  if ('wrong' in read) return { would: 'Invalid', why: read.wrong };
  if (invoker.paused) return { ...read, would: 'paused', why: 'the whole configuration is paused' };
  if (line.paused) return { ...read, would: 'paused', why: 'this alias is paused' };
  if (said !== undefined && said.state !== 'Scheduled') return { ...read, would: said.state, why: said.message ?? '' };
  if (said === undefined && notBuilt !== undefined) return { ...read, would: 'NotSupportedYet', why: notBuilt };
  const phase = object.status?.phase;
  if (phase !== undefined && phase !== 'Ready')
    return { ...read, would: phase, why: `see "stash describe ${object.kind.toLowerCase()} ${invoker.name}"` };
  return { ...read, would: 'run', why: line.jitter === '0s' ? '' : `up to ${line.jitter} later (jitter)` };
}

/** Undefined: no schedule. */
function understand({ schedule, timeZone }: PlannedOperation): { understood: string } | { wrong: string } | undefined {
  if (schedule === undefined) return undefined;
  try {
    assertTimeZone(timeZone);
    return { understood: parseSchedule(schedule).understood };
  } catch (error) {
    if (error instanceof StashError) return { wrong: error.message };
    throw error;
  }
}
