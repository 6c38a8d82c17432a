import type { HookHandler } from '../../api/hooks.ts';
import type { AnyObject } from '../../api/object.ts';
import { asStashError } from '../../errors/error.ts';
import { checkHook } from '../../hooks/rendered.ts';

type Hooks = Readonly<Record<string, HookHandler | undefined>>;

/**
 * Hooks that would fail whenever they are called, one text each. Warnings only: a manifest that is meant for a cluster may name ports, or
 * call what templates have elsewhere.
 */
export function hookWarnings({ spec }: AnyObject): string[] {
  const { hooks, members } = (spec ?? {}) as { hooks?: Hooks; members?: { hooks?: Hooks }[] };
  return [
    ...warningsOf('spec.hooks', hooks),
    ...(members ?? []).flatMap((member, at) => warningsOf(`spec.members[${at}].hooks`, member.hooks)),
  ];
}

function warningsOf(path: string, hooks: Hooks = {}): string[] {
  return Object.entries(hooks).flatMap(([name, hook]) => {
    try {
      if (hook !== undefined) checkHook(hook);
      return [];
    } catch (thrown) {
      return [`${path}.${name} will fail when it is called: ${asStashError(thrown).message}`];
    }
  });
}
