import type { AppBinding } from '../../api/app-binding.ts';
import type { PlannedHost } from '../../api/restore-session.ts';
import { checkUserArgs } from '../../engine/restic/user-args.ts';
import { StashError } from '../../errors/error.ts';
import type { FunctionStep, Order, RestoreTask } from '../../orders/order.ts';
import { type Binding, bindingOf } from '../../rules/binding.ts';
import { hostRestore } from '../../rules/host-rules.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { serverDirectory } from '../../rules/replicated-servers.ts';
import { wayBack } from '../../rules/way-back.ts';
import { applicationOf, readCatalog } from '../catalog.ts';
import { loginOf } from '../host-agent.ts';
import { openRepository } from '../repository/open.ts';
import { outputFile, stashRun } from '../stash-program.ts';
import { claimsOf } from './claims.ts';
import { replayOf } from './point.ts';
import type { RestoreRun } from './restore-run.ts';

/** What puts the data back. Throws what makes it impossible. */
export async function restoreBinding(run: RestoreRun): Promise<Binding & { application: AppBinding | undefined }> {
  const { spec, metadata } = run.session;
  const application = await applicationOf(run.ctx, spec.target, metadata.namespace ?? '');
  if (run.target.kind === 'AppBinding' && application === undefined)
    throw new StashError('NotFound', `there is no AppBinding ${run.target.namespace}/${run.target.name}`);
  checkUserArgs('restore', spec.target?.args ?? []);
  const catalog = await readCatalog(run.ctx);
  const binding = bindingOf(
    { place: run.ctx.platform.place, alias: '', direction: 'restore', task: await taskOf(run), targetKind: run.target.kind, application },
    catalog,
  );
  if (!binding.supports.includes('Restore'))
    throw new StashError('Invalid', `spec.task: ${binding.steps.map((step) => step.name).join(', ')} cannot restore`);
  return { ...binding, application };
}

/** What the session says, else the restore binding of the target's configuration, else what undoes the functions of that. */
async function taskOf(run: RestoreRun) {
  const { task } = run.session.spec;
  if (task?.name !== undefined) return task;
  const configurations = await run.ctx.store.list('BackupConfiguration', { namespace: run.target.namespace });
  const members = configurations
    .flatMap((one) => invokerOf(one).members)
    .filter((member) => member.key === `${run.target.kind}/${run.target.name}`);
  const bound = members.flatMap((member) => member.restore ?? [])[0]?.task ?? wayBack(members);
  return bound === undefined ? task : { ...bound, params: [...(bound.params ?? []), ...(task?.params ?? [])] };
}

/** The order for one host, with everything secret it needs. */
export async function restoreOrder(run: RestoreRun, host: PlannedHost, id: string): Promise<{ agent: string; order: Order }> {
  const { ctx, session } = run;
  const { spec } = session;
  const { application, steps, program, stashTask } = await restoreBinding(run);
  const opened = await openRepository(ctx, run.repository, session.metadata.namespace ?? '');
  const rule = hostRestore(spec.target?.rules ?? spec.rules ?? [], host.hostname);
  const { namespace = '', name, uid } = session.metadata;
  const from = {
    sourceHost: host.sourceHost,
    snapshots: host.snapshots.map((one) => one.id),
    paths: host.snapshots.flatMap((one) => one.paths ?? []),
  };
  const stash =
    stashTask &&
    stashRun({
      task: stashTask,
      target: run.target,
      spec: spec.target,
      application,
      host: host.hostname,
      repositories: [opened],
      invoker: { kind: 'RestoreSession', name },
      session: { kind: 'RestoreSession', name, namespace, uid },
      orderId: id,
      deadline: run.status.sessionDeadline ?? '',
      redacted: ctx.log.redacted,
      restore: { ...from, include: rule?.include ?? [], exclude: rule?.exclude ?? [] },
    });
  const found = await ctx.platform.agent({
    direction: 'restore',
    target: run.target,
    host: host.hostname,
    spec: spec.target,
    runtimeSettings: spec.runtimeSettings,
    claims: claimsOf(session, host.hostname),
    program,
    tempDir: spec.tempDir,
    stash,
  });
  const destination = destinationOf(steps) ?? (application && serverDirectory(application, host.hostname));
  const task: RestoreTask = {
    type: 'Restore',
    snapshots: host.snapshots.map((one) => ({
      id: one.id,
      paths: one.paths ?? [],
      ...(one.bytes === undefined ? {} : { bytes: one.bytes }),
    })),
    sourceHost: host.sourceHost,
    ...replayOf(run.status, host),
    steps,
    ...(stash === undefined ? {} : { output: outputFile(stash) }),
    include: rule?.include ?? [],
    exclude: rule?.exclude ?? [],
    args: spec.target?.args ?? [],
    ...(destination === undefined ? {} : { destination }),
    allowOverwrite: spec.allowOverwrite ?? false,
    previousData: spec.previousData,
    stopCommand: spec.stopCommand ?? [],
    startCommand: spec.startCommand ?? [],
    repository: opened.open,
    ...(await loginOf(ctx, application, host.hostname, found)),
  };
  return { agent: found.agent, order: { id, epoch: ctx.epoch, deadline: run.status.sessionDeadline ?? '', purpose: run.purpose, task } };
}

/** Where the data is to go, as the parameter of that name says; absent: where it came from. */
export function destinationOf(steps: readonly FunctionStep[]): string | undefined {
  const destination = steps.map((step) => step.params.destination).find((value) => value !== undefined);
  if (destination !== undefined && !destination.startsWith('/'))
    throw new StashError('Invalid', `the parameter destination must be an absolute path, not "${destination}"`);
  return destination;
}
