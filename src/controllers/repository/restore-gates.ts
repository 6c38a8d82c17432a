import { keyOf, parseKey } from '../../api/object.ts';
import { invokerOf, repositoriesOf } from '../../rules/invoker.ts';
import { purposeOfSession } from '../backup-session/session-run.ts';
import type { Context } from '../context.ts';
import { gateOf } from '../log/order.ts';
import { aliasOfSession, invokerOfSession } from '../read-invoker.ts';
import { purposeOfRestore } from '../restore-session/restore-run.ts';
import { purposeText } from './maintenance.ts';

/** Gives the gates back to whom they belonged when the last operator ended. Before any controller works. */
export async function restoreGates(ctx: Context): Promise<void> {
  // First: a restore that waits for a maintenance is as pending as one that has the gate.
  for (const repository of await ctx.store.view('Repository'))
    if (repository.status?.maintenance?.phase === 'Running') ctx.gates.tryExclusive(keyOf(repository), purposeText(repository));
  for (const session of await ctx.store.view('BackupSession')) {
    if (session.status?.phase !== 'Running') continue;
    const object = await invokerOfSession(ctx, session);
    if (object === undefined) continue;
    const invoker = invokerOf(object);
    for (const ref of repositoriesOf(invoker, aliasOfSession(session, invoker.operations)))
      ctx.gates.tryShare(ref, purposeOfSession(session));
  }
  for (const session of await ctx.store.view('RestoreSession')) {
    const phase = session.status?.phase;
    const { repository } = session.spec;
    // One without a plan may be reading the logs for its point.
    if (repository === undefined || !(phase === 'Running' || phase === 'Pending')) continue;
    ctx.gates.tryShare(
      { namespace: repository.namespace ?? session.metadata.namespace ?? '', name: repository.name },
      purposeOfRestore(session),
    );
  }
  for (const invoker of [...(await ctx.store.view('BackupConfiguration')), ...(await ctx.store.view('BackupBatch'))])
    for (const { orderID, using = [] } of (invoker.status?.execOps ?? []).flatMap(({ logs = [] }) => logs))
      for (const name of using) if (orderID !== undefined) ctx.gates.tryShare(parseKey(name), gateOf(orderID));
}
