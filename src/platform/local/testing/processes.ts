import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './eventually.ts';

export interface RunningProcess {
  pid: number;
  args: string[];
}

/** Every process whose environment holds `mark` (a directory that is its HOME), however it was started and whoever is its parent. */
export function processesWith(mark: string): RunningProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const environment = readProc(name, 'environ');
    if (!environment.includes(`HOME=${mark}\0`)) return [];
    const state = /\) ([A-Z])/.exec(readProc(name, 'stat'))?.[1];
    return state === 'Z' || state === undefined ? [] : [{ pid: Number(name), args: readProc(name, 'cmdline').split('\0').slice(0, -1) }];
  });
}

/** SIGKILL; false when it is gone already. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Whether it stands still after SIGSTOP; that takes a moment. */
export function isStopped(pid: number): boolean {
  return /\) ([A-Z])/.exec(readProc(String(pid), 'stat'))?.[1] === 'T';
}

export async function killAll(find: () => RunningProcess[]): Promise<void> {
  await eventually('all processes have ended', () => {
    const left = find();
    for (const { pid } of left) kill(pid);
    return left.length === 0;
  });
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
