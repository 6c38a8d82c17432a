import type { AppBinding } from '../app-binding.ts';
import type { AnyObject } from '../object.ts';
import { serverProblems } from '../replicated-servers.ts';
import type { RestoreBatchSpec } from '../restore-batch.ts';
import type { RestoreSessionSpec } from '../restore-session.ts';
import type { RestoreRule } from '../target.ts';
import { blueprintProblems } from './blueprint-problems.ts';
import { type Path, type Problem, pathText } from './problem.ts';

/** What CEL cannot say at a cost that Kubernetes allows. Controllers call `validate` too, so it counts on a cluster as well. */
export function extraProblems(object: AnyObject): Problem[] {
  if (object.kind === 'RestoreSession') {
    const spec = object.spec as RestoreSessionSpec;
    return [...ruleProblems(spec.rules, ['spec', 'rules']), ...ruleProblems(spec.target?.rules, ['spec', 'target', 'rules'])];
  }
  if (object.kind === 'RestoreBatch') {
    const { members = [] } = object.spec as RestoreBatchSpec;
    return members.flatMap((member, index) => ruleProblems(member.target?.rules, ['spec', 'members', index, 'target', 'rules']));
  }
  if (object.kind === 'AppBinding') return serverProblems(object as AppBinding);
  return object.kind === 'BackupBlueprint' ? blueprintProblems(object) : [];
}

/** A host may be named by one rule only. */
function ruleProblems(rules: readonly RestoreRule[] | undefined, path: Path): Problem[] {
  const first = new Map<string, number>();
  return (rules ?? []).flatMap(({ targetHosts = [] }, index) =>
    targetHosts.flatMap((host, position) => {
      const earlier = first.get(host);
      if (earlier === undefined) {
        first.set(host, index);
        return [];
      }
      const at = pathText([...path, index, 'targetHosts', position]);
      return [{ path: at, value: host, message: `is named by ${pathText([...path, earlier])} already; a host may be named once` }];
    }),
  );
}
