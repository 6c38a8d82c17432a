import type { PlatformPort } from '../../controllers/platform-port.ts';
import { StashError } from '../../errors/error.ts';
import type { ProcessIdentity } from '../../process/identity.ts';
import { run } from '../../process/run.ts';
import { DEFAULT_HOST } from '../../rules/host-name.ts';
import type { Store } from '../../store/store.ts';
import type { HookJournal } from './hook-journal.ts';

/** One machine: a Host is a set of its directories, an AppBinding a database that its socket or a port reaches. Each has one host. */
export function localPlatform(store: Store, baseEnv: Record<string, string>, hooks: HookJournal): PlatformPort {
  return {
    place: 'Machine',
    targetKinds: ['Host', 'AppBinding'],
    hosts: async (target, alias) => {
      if (target.kind === 'AppBinding' && (await store.get('AppBinding', target)) === undefined)
        return { missing: `there is no AppBinding ${target.namespace}/${target.name}` };
      if (target.kind !== 'Host' && target.kind !== 'AppBinding')
        return { missing: `${target.kind} ${target.name} is not on this machine` };
      return { hosts: [alias ?? `${DEFAULT_HOST}-0`] };
    },
    agent: async ({ target, host }) => ({ agent: ['target', target.namespace, target.kind, target.name, host].map(safe).join('/') }),
    repositoryAgent: ({ namespace, name }) => ['repository', namespace, name].map(safe).join('/'),
    exec: async (_target, command, { signal }) => {
      const [program, ...args] = command;
      if (program === undefined) throw new StashError('Invalid', 'a hook has exec without a command');
      const lines: string[] = [];
      const keep = (line: string) => {
        lines.push(line);
        if (lines.length > 50) lines.shift();
      };
      let started: ProcessIdentity | undefined;
      const onStart = (process: ProcessIdentity) => {
        started = process;
        return hooks.started(process);
      };
      try {
        const ended = await run({ command: program, args, env: baseEnv, signal, onStart, onStdout: keep, onStderr: keep });
        return { exitCode: ended.exitCode ?? 128, output: lines.join('\n') };
      } finally {
        if (started !== undefined) await hooks.ended(started);
      }
    },
  };
}

/** A part of an agent's key, which is also a directory name. */
function safe(part: string): string {
  return encodeURIComponent(part).replace(/^\.+$/, '_');
}
