import { readdirSync, readFileSync } from 'node:fs';

interface LeftProcess {
  pid: number;
  command: string;
}

/**
 * Processes of this machine, but for this one, that carry `folder` in their command line or environment. The run gives its tests a
 * temporary folder of its own, so whatever they started and did not stop is known by it, even when its parent is gone.
 */
export function processesOf(folder: string): LeftProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const command = textOf(`/proc/${name}/cmdline`);
      const found = command.includes(folder) || textOf(`/proc/${name}/environ`).includes(folder);
      return found ? [{ pid: Number(name), command: command.replaceAll('\0', ' ').trim() }] : [];
    });
}

/** Ends them without mercy, and returns those that were still there. */
export function endProcesses(processes: readonly LeftProcess[]): LeftProcess[] {
  return processes.filter(({ pid }) => {
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      // It ended by itself in the meantime.
      return false;
    }
  });
}

/** Empty for a process that is gone or somebody else's, and for a zombie. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
