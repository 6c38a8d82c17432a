import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Never throws. */
export type WriteLog = (step: string, line: string) => void;

const LARGEST = 4 * 1024 * 1024;

/**
 * The log of one order, read by `stash logs`: lines `time step text`. Who writes has taken the secrets out. Beyond 4 MiB the older half
 * is moved to `FILE.1`, so that a run that talks for ever cannot fill the disk. What cannot be written is left out: a backup
 * does not fail for want of its log.
 */
export function openSessionLog(file: string, now: () => string): WriteLog {
  return (step, line) => {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      rotate(file);
      appendFileSync(file, `${now()} ${step} ${line}\n`, { mode: 0o600 });
    } catch {
      // the disk is full, or the directory was taken away
    }
  };
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST) renameSync(file, `${file}.1`);
}
