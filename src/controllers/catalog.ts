import type { AppBinding } from '../api/app-binding.ts';
import { StashError } from '../errors/error.ts';
import { type Binding, bindingOf, type Catalog } from '../rules/binding.ts';
import type { Member } from '../rules/invoker.ts';
import type { Context } from './context.ts';
import { targetKey } from './platform-port.ts';

export async function readCatalog(ctx: Pick<Context, 'store'>): Promise<Catalog> {
  const [functions, tasks] = await Promise.all([ctx.store.view('Function'), ctx.store.view('Task')]);
  return {
    functions: new Map(functions.map((one) => [one.metadata.name, one])),
    tasks: new Map(tasks.map((one) => [one.metadata.name, one])),
  };
}

/**
 * The AppBinding that says how to log in to a target: the target itself, or the one it names. Throws Invalid for one of another namespace:
 * its credentials are not for whoever may name it.
 */
export async function applicationOf(
  ctx: Pick<Context, 'store'>,
  target: Member['target'],
  namespace: string,
): Promise<AppBinding | undefined> {
  const named = target?.ref?.kind === 'AppBinding' ? target.ref : target?.appBinding;
  if (named === undefined) return undefined;
  if ((named.namespace ?? namespace) !== namespace)
    throw new StashError(
      'Invalid',
      `AppBinding ${named.namespace}/${named.name} is in another namespace than ${namespace}, which names it`,
      {
        remedy: 'Make an AppBinding, with a secret of its own, beside the object that names it.',
      },
    );
  return ctx.store.get('AppBinding', { namespace, name: named.name ?? '' });
}

/** What runs for an alias of a member; throws as `bindingOf` does. */
export async function memberBinding(
  ctx: Pick<Context, 'store' | 'platform'>,
  member: Member,
  namespace: string,
  alias: string,
  catalog: Catalog,
): Promise<Binding> {
  const target = targetKey(member.target?.ref ?? {}, namespace);
  const application = await applicationOf(ctx, member.target, namespace);
  const { sidecar, restore, task } = member;
  return bindingOf(
    { place: ctx.platform.place, alias, direction: 'backup', sidecar, restore, task, targetKind: target.kind, application },
    catalog,
  );
}
