import type { ExecOpStatus } from '../../api/invoker-status.ts';
import type { Operation } from '../../api/operations.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { type Invoker, invokerOf, type PlannedOperation } from '../../rules/invoker.ts';
import { operationOf, unsupportedText } from '../../rules/operation.ts';
import { parseSchedule } from '../../rules/schedule/parse.ts';
import { assertTimeZone } from '../../rules/schedule/zone.ts';
import type { InvokerObject } from '../invoker.ts';
import { isJudged, type LineBinding, type LineBindings } from './line-bindings.ts';

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

/**
 * Every alias of a configuration or batch, members' own ones after those of the batch. `bindings` count where the operator has not spoken.
 */
export function aliasPlans(object: InvokerObject, bindings: LineBindings): AliasPlan[] {
  const invoker = invokerOf(object);
  return invoker.operations.map((line) => {
    const said = currentStatus(object, line);
    const bound = bindings.get(line.id);
    const binding = { alias: line.alias, ...(line.type === undefined ? {} : { type: line.type }) };
    const operation = said?.operation ?? operationOf(binding, bound !== undefined && 'supports' in bound ? bound.supports : []);
    return {
      alias: line.alias,
      ...(line.member === undefined ? {} : { member: line.member }),
      operation,
      ...(line.schedule === undefined ? {} : { schedule: line.schedule }),
      timeZone: line.timeZone,
      ...verdict(object, invoker, line, said, said === undefined ? unfit(operation, line.alias, bound) : undefined),
    };
  });
}

/** What the operator said of the alias, if it has seen the present spec. */
function currentStatus(object: InvokerObject, line: PlannedOperation): ExecOpStatus | undefined {
  if (!isJudged(object)) return undefined;
  return object.status?.execOps?.find((one) => one.alias === line.alias && one.member === line.member);
}

/** What keeps an alias from running that can be told before the operator has looked. */
function unfit(operation: Operation, alias: string, bound: LineBinding | undefined): Unfit | undefined {
  if (operation === 'RestoreTest') return { would: 'NotSupportedYet', why: 'restore tests are not built yet' };
  if (bound === undefined) return undefined;
  if ('refused' in bound) {
    const { refused } = bound;
    return { would: isCode(refused, 'NotSupportedYet') ? 'NotSupportedYet' : 'Invalid', why: `${refused.message}. ${refused.remedy}` };
  }
  return bound.supports.includes(operation) ? undefined : { would: 'NotSupportedYet', why: unsupportedText(alias, operation) };
}

type Verdict = Pick<AliasPlan, 'would' | 'why' | 'understood'>;
type Unfit = Pick<AliasPlan, 'would' | 'why'>;

function verdict(
  object: InvokerObject,
  invoker: Invoker,
  line: PlannedOperation,
  said: ExecOpStatus | undefined,
  before: Unfit | undefined,
): Verdict {
  const read = understand(line);
  const wrong = said !== undefined && REFUSALS.has(said.state) ? { would: said.state, why: said.message ?? '' } : before;
  if (read === undefined) return wrong ?? { would: 'nothing', why: 'it has no schedule; run it with "stash backup"' };
  if ('wrong' in read) return { would: 'Invalid', why: read.wrong };
  if (wrong !== undefined) return { ...read, ...wrong };
  if (invoker.paused) return { ...read, would: 'paused', why: 'the whole configuration is paused' };
  if (line.paused) return { ...read, would: 'paused', why: 'this alias is paused' };
  if (said !== undefined && said.state !== 'Scheduled') return { ...read, would: said.state, why: said.message ?? '' };
  const phase = object.status?.phase;
  if (phase !== undefined && phase !== 'Ready')
    return { ...read, would: phase, why: `see "stash describe ${object.kind.toLowerCase()} ${invoker.name}"` };
  return { ...read, would: 'run', why: line.jitter === '0s' ? '' : `up to ${line.jitter} later (jitter)` };
}

/** What pausing does not explain, and waiting does not mend. */
const REFUSALS: ReadonlySet<ExecOpStatus['state']> = new Set(['Invalid', 'NotSupportedYet']);

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
