import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/**
 * A restic of which a test decides when, and how, each of its commands runs: a script in front of the real one. What it does before it
 * becomes restic is a piece of shell that the test puts there, so nothing depends on how fast anything is.
 */
export interface ResticGate {
  /** The program to use as STASH_RESTIC. */
  path: string;
  /** `shell` runs before every `command` from now on; `$flags` is given to restic before the rest. */
  before(command: string, shell: string): void;
  /** Holds every `command` from now on before it begins. */
  hold(command: string): Held;
  /** Makes `command` slow enough that it never ends by itself once it has its lock. */
  slow(command: string): void;
  /** Undoes `before` and `slow`. */
  plain(command: string): void;
  /** The commands that were run since `forgetCalls`, in order. */
  calls(): string[];
  forgetCalls(): void;
}

interface Held {
  /** Resolves with its pid when one is held. */
  reached(): Promise<number>;
  /** Lets them, and all to come, go on. */
  release(): void;
}

export function resticGate(directory: string, restic: string): ResticGate {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'restic');
  const file = (command: string, what: string) => join(directory, `${command}.${what}`);
  const calls = join(directory, 'calls');
  writeFileSync(calls, '');
  writeFileSync(path, script(directory, restic));
  // Also for the tests in which restic runs as another user.
  chmodSync(directory, 0o777);
  chmodSync(path, 0o755);
  chmodSync(calls, 0o666);
  const before = (command: string, shell: string) => writeFileSync(file(command, 'sh'), shell);
  return {
    path,
    before,
    slow: (command) => before(command, `flags='--limit-${command === 'backup' ? 'upload' : 'download'}=1'`),
    plain: (command) => rmSync(file(command, 'sh'), { force: true }),
    hold: (command) => {
      const [pid, fifo] = [file(command, 'pid'), file(command, 'fifo')];
      rmSync(pid, { force: true });
      execFileSync('mkfifo', [fifo]);
      before(command, `echo $$ > '${pid}.partial'; mv '${pid}.partial' '${pid}'; if [ -p '${fifo}' ]; then : < '${fifo}'; fi`);
      return {
        reached: async () => {
          await eventually(`restic ${command} is held`, () => existsSync(pid));
          return Number(readFileSync(pid, 'utf8'));
        },
        release: () => {
          rmSync(file(command, 'sh'), { force: true });
          // Whoever waits to open it for reading goes on now that there is a writer.
          const end = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
          rmSync(fifo);
          closeSync(end);
        },
      };
    },
    calls: () => readFileSync(calls, 'utf8').trim().split('\n'),
    forgetCalls: () => writeFileSync(calls, ''),
  };
}

function script(directory: string, restic: string): string {
  return `#!/bin/sh
command=none
for word in "$@"; do
  case $word in
    backup | restore | init | cat | list | snapshots | forget | prune | check | stats | dump | unlock) command=$word; break ;;
  esac
done
[ "$command" = cat ] || [ "$command" = none ] || echo "$command" >> '${directory}/calls'
flags=
real='${restic}'
if [ -f "${directory}/$command.sh" ]; then . "${directory}/$command.sh"; fi
exec "$real" $flags "$@"
`;
}
