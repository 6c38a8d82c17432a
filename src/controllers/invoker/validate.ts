import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { ANNOTATIONS } from '../../api/names.ts';
import { keyText } from '../../api/object.ts';
import { checkUserArgs } from '../../engine/restic/user-args.ts';
import { asStashError, isCode } from '../../errors/error.ts';
import { parseDuration } from '../../rules/duration.ts';
import { type Invoker, invokerOf } from '../../rules/invoker.ts';
import { withoutEffect } from '../../rules/not-yet.ts';
import { foreignTarget } from '../../rules/own-namespace.ts';
import type { ConditionChange } from '../conditions.ts';
import { CONDITIONS } from '../conditions.ts';
import type { Context } from '../context.ts';
import { targetHosts, targetServers } from '../target-hosts.ts';
import { hostProblems } from './host-taken.ts';
import type { CheckedOperation } from './operations.ts';
import { ownRepositoryProblems } from './own-repository.ts';

export interface Verdict {
  phase: 'Invalid' | 'Ready' | 'NotReady';
  ready: boolean;
  conditions: ConditionChange[];
}

/** What stands in the way of backups, as Stash's conditions. Ready: the spec is sound, and repositories with their secrets are there. */
export async function validate(
  ctx: Context,
  object: BackupConfiguration | BackupBatch,
  operations: readonly CheckedOperation[],
): Promise<Verdict> {
  const invoker = invokerOf(object);
  if (invoker.driver === 'VolumeSnapshotter') return driverNotSupported();
  const problems = [
    ...specProblems(ctx, invoker, operations),
    ...(await hostProblems(ctx, invoker)),
    ...(await serverProblems(ctx, invoker)),
    ...(await ownRepositoryProblems(ctx, invoker)),
  ];
  const validation: ConditionChange =
    problems.length === 0
      ? { type: CONDITIONS.validationPassed, status: 'True', reason: 'ResourceValidationPassed', message: 'the spec is sound' }
      : { type: CONDITIONS.validationPassed, status: 'False', reason: 'ResourceValidationFailed', message: problems.join('; ') };
  const repositories = await repositoryConditions(ctx, invoker);
  const target = await targetCondition(ctx, invoker);
  const passed = problems.length === 0;
  const ready = passed && repositories.every((one) => one.status === 'True');
  const conditions = [validation, ...repositories, target];
  const missing = conditions.find((one) => one.status !== 'True' && one.type !== CONDITIONS.backupTargetFound);
  conditions.push(
    {
      type: CONDITIONS.ready,
      status: ready ? 'True' : 'False',
      reason: missing?.reason ?? 'Ready',
      message: missing?.message ?? 'backups run as scheduled',
    },
    supportCondition([...withoutEffect(object, ctx.platform.place), ...operations.flatMap(idle)]),
    ...blueprintCondition(object.metadata.annotations ?? {}),
  );
  return { phase: ready ? 'Ready' : passed ? 'NotReady' : 'Invalid', ready, conditions };
}

/** Snapshots of volumes are another driver's: the manifest is sound, and nothing of it can run here. */
function driverNotSupported(): Verdict {
  const message = 'spec.driver: VolumeSnapshotter is not supported; use Restic';
  const change = { status: 'False', reason: 'DriverNotSupported', message } as const;
  return { phase: 'NotReady', ready: false, conditions: [{ type: CONDITIONS.ready, ...change }] };
}

/** An alias that never runs. */
function idle({ line, operation, state }: CheckedOperation): string[] {
  return state === 'NotSupportedYet' ? [`alias "${line.alias}" (${operation})`] : [];
}

function supportCondition(ignored: string[]): ConditionChange {
  const type = CONDITIONS.everythingSupported;
  if (ignored.length === 0) return { type, status: 'True', reason: 'Supported', message: 'everything in the spec is acted on' };
  return { type, status: 'False', reason: 'NotSupportedYet', message: `accepted, and nothing acts on it yet: ${ignored.join(', ')}` };
}

/** Of one that was made after a blueprint: the controller of blueprints writes down what keeps it from following. */
function blueprintCondition(annotations: Record<string, string>): ConditionChange[] {
  const blueprint = annotations[ANNOTATIONS.blueprint];
  if (blueprint === undefined) return [];
  const type = CONDITIONS.blueprintFollowed;
  const not = /^([A-Za-z]+): (.*)$/s.exec(annotations[ANNOTATIONS.blueprintNotFollowed] ?? '');
  if (not?.[1] !== undefined) return [{ type, status: 'False', reason: not[1], message: not[2] ?? '' }];
  return [{ type, status: 'True', reason: 'Followed', message: `as BackupBlueprint ${blueprint} says` }];
}

function specProblems(ctx: Context, invoker: Invoker, operations: readonly CheckedOperation[]): string[] {
  const problems: string[] = [];
  if (invoker.members.length === 0) problems.push('spec.members: a batch needs at least one member');
  if (operations.length === 0) problems.push('spec: give schedule or execOps; without them nothing would ever run');
  for (const { line, state, message } of operations) if (state === 'Invalid') problems.push(`alias ${line.alias}: ${message}`);
  for (const [index, member] of invoker.members.entries()) {
    const path = invoker.kind === 'BackupBatch' ? `spec.members[${index}].target` : 'spec.target';
    const kind = member.target?.ref?.kind;
    if (member.target?.ref?.name === undefined || kind === undefined)
      problems.push(`${path}.ref: name the target with apiVersion, kind and name`);
    else if (!ctx.platform.targetKinds.includes(kind))
      problems.push(`${path}.ref.kind: "${kind}" cannot be backed up here; ${ctx.platform.targetKinds.join(' and ')} can`);
    for (const problem of foreignTarget(ctx.platform.place, member.target ?? {}, invoker.namespace)) problems.push(`${path}.${problem}`);
    if (kind === 'Host' && (member.target?.paths ?? []).length === 0)
      problems.push(`${path}.paths: name at least one directory of the host`);
    for (const one of member.target?.paths ?? [])
      if (!one.startsWith('/')) problems.push(`${path}.paths: "${one}" is not an absolute path`);
    try {
      checkUserArgs('backup', member.target?.args ?? []);
    } catch (thrown) {
      problems.push(`${path}.args: ${asStashError(thrown).message}`);
    }
  }
  for (const [path, text] of [
    ['spec.timeOut', invoker.timeOut],
    ['spec.retryConfig.delay', invoker.retry.delay],
  ] as const) {
    try {
      if (text !== undefined) parseDuration(text);
    } catch (thrown) {
      problems.push(`${path}: ${asStashError(thrown).message}`);
    }
  }
  return problems;
}

/** Of members whose AppBinding lists servers that cannot be their hosts. */
async function serverProblems(ctx: Context, invoker: Invoker): Promise<string[]> {
  const problems = await Promise.all(
    invoker.members.map(async (member, index) => {
      const path = invoker.kind === 'BackupBatch' ? `spec.members[${index}].target` : 'spec.target';
      try {
        await targetServers(ctx, member.target, invoker.namespace);
        return [];
      } catch (thrown) {
        const error = asStashError(thrown);
        // One in another namespace is told with the alias that it keeps from running.
        if (error.code !== 'Invalid') throw thrown;
        return [`${path}: ${error.message}. ${error.remedy}`];
      }
    }),
  );
  return problems.flat();
}

async function repositoryConditions(ctx: Context, invoker: Invoker): Promise<ConditionChange[]> {
  const found = await Promise.all(invoker.repositories.map(async (ref) => ({ ref, repository: await ctx.store.get('Repository', ref) })));
  const missing = found.filter(({ repository }) => repository === undefined).map(({ ref }) => keyText(ref));
  const lent = found.filter(({ ref }) => ref.namespace !== invoker.namespace).map(({ ref }) => keyText(ref));
  const repositoryFound: ConditionChange =
    missing.length > 0
      ? {
          type: CONDITIONS.repositoryFound,
          status: 'False',
          reason: 'RepositoryNotAvailable',
          message: `there is no Repository ${missing.join(', ')}`,
        }
      : lent.length > 0
        ? {
            type: CONDITIONS.repositoryFound,
            status: 'False',
            reason: ctx.platform.place === 'Cluster' ? 'GatewayRequired' : 'LayoutSingle',
            message: `Repository ${lent.join(', ')} is in another namespace and not lent`,
          }
        : { type: CONDITIONS.repositoryFound, status: 'True', reason: 'RepositoryAvailable', message: 'every Repository is there' };
  const secrets = await Promise.all(
    found.map(async ({ repository }) => {
      const name = repository?.spec.backend.storageSecretName;
      const secret =
        name === undefined ? undefined : await ctx.store.get('Secret', { namespace: repository?.metadata.namespace ?? '', name });
      return { name: `${repository?.metadata.namespace}/${name}`, missing: repository !== undefined && secret === undefined };
    }),
  );
  const absent = secrets.filter((one) => one.missing).map((one) => one.name);
  const secretFound: ConditionChange =
    absent.length > 0
      ? {
          type: CONDITIONS.backendSecretFound,
          status: 'False',
          reason: 'BackendSecretNotAvailable',
          message: `there is no secret ${absent.join(', ')}`,
        }
      : { type: CONDITIONS.backendSecretFound, status: 'True', reason: 'BackendSecretAvailable', message: 'every storage secret is there' };
  return [repositoryFound, secretFound];
}

async function targetCondition(ctx: Context, invoker: Invoker): Promise<ConditionChange> {
  const answers = await Promise.all(
    invoker.members.map((member) =>
      targetHosts(ctx, member.target, invoker.namespace).catch((thrown: unknown) => {
        if (!isCode(thrown, 'Invalid')) throw thrown;
        return { missing: thrown.message };
      }),
    ),
  );
  const missing = answers.flatMap((answer) => ('missing' in answer ? [answer.missing] : []));
  return missing.length === 0
    ? { type: CONDITIONS.backupTargetFound, status: 'True', reason: 'TargetAvailable', message: 'every target is there' }
    : { type: CONDITIONS.backupTargetFound, status: 'False', reason: 'TargetNotAvailable', message: missing.join('; ') };
}
