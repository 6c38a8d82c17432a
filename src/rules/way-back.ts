import type { TaskRef } from '../api/task-ref.ts';
import type { Member } from './invoker.ts';
import { ownFunctionFor } from './stash-addons.ts';

/** What restores a target of which everything that backs it up makes dumps; undefined where the default does. */
export function wayBack(members: readonly Pick<Member, 'sidecar' | 'task'>[]): TaskRef | undefined {
  const names = members.flatMap(({ sidecar = [], task }) => [
    ...sidecar.map((one) => one.function.name),
    ...(task?.name === undefined ? [] : [task.name]),
  ]);
  const dumps = names.filter((name) => name === 'mariadb-dump' || ownFunctionFor(name) === 'mariadb-dump');
  return names.length > 0 && dumps.length === names.length ? { name: 'mariadb-dump-restore' } : undefined;
}
