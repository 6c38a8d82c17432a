import type { AppBinding } from '../api/app-binding.ts';
import type { Connection } from '../orders/order.ts';
import type { Binding } from '../rules/binding.ts';
import type { Member } from '../rules/invoker.ts';
import { serverOf } from '../rules/replicated-servers.ts';
import { connectionOf } from './connection.ts';
import type { Context } from './context.ts';
import type { HostAgent, HostWork, StashRun, TargetKey } from './platform-port.ts';

/** One host that is backed up, as its member says and with what is bound to it. */
interface BackupHost {
  target: TargetKey;
  host: string;
  member: Member;
  binding: Binding;
  application: AppBinding | undefined;
  /** Of a Task that was written for Stash. */
  stash?: StashRun | undefined;
}

/** Who does work on a host that is backed up, whatever work, and how that logs in where there is something to log in to. */
export async function backupAgent(
  ctx: Pick<Context, 'store' | 'log' | 'platform'>,
  { target, host, member, binding, application, stash }: BackupHost,
): Promise<HostAgent & { login: { connection?: Connection } }> {
  const work: HostWork = {
    direction: 'backup',
    target,
    host,
    spec: member.target,
    runtimeSettings: member.runtimeSettings,
    container: binding.container,
    program: binding.program,
    tempDir: member.tempDir,
    stash,
  };
  const found = await ctx.platform.agent(work);
  return { ...found, login: await loginOf(ctx, application, host, found) };
}

/** `connection` for a task, of the server that this host is. */
export async function loginOf(
  ctx: Pick<Context, 'store' | 'log'>,
  application: AppBinding | undefined,
  host: string,
  { address }: HostAgent,
): Promise<{ connection?: Connection }> {
  return application === undefined ? {} : { connection: await connectionOf(ctx, serverOf(application, host), address) };
}
