import type { AppBinding } from '../../../api/app-binding.ts';
import { keyText } from '../../../api/object.ts';
import type { Invoker, Member } from '../../../rules/invoker.ts';
import type { Store } from '../../../store/store.ts';

/** The AppBinding that a target of an invoker in this namespace names. */
export type ApplicationOf = (target: Member['target'], namespace: string) => AppBinding | undefined;

/** Reads each AppBinding that targets of these invokers name, once. */
export async function applicationsOf(store: Pick<Store, 'get'>, invokers: readonly Invoker[]): Promise<ApplicationOf> {
  const named = invokers.flatMap(({ members, namespace }) => members.flatMap(({ target }) => keyOf(target, namespace) ?? []));
  const keys = new Map(named.map((key) => [keyText(key), key]));
  const found = new Map(await Promise.all([...keys].map(async ([text, key]) => [text, await store.get('AppBinding', key)] as const)));
  return (target, namespace) => {
    const key = keyOf(target, namespace);
    return key && found.get(keyText(key));
  };
}

function keyOf(target: Member['target'], namespace: string) {
  const named = target?.appBinding;
  // What is wrong with one of another namespace the status of the invoker says.
  return named === undefined || (named.namespace ?? namespace) !== namespace ? undefined : { namespace, name: named.name };
}
