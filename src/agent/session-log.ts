import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export type WriteLog = (step: string, line: string) => void;

const LARGEST = 4 * 1024 * 1024;

/**
 * The log of one order, read by `stash logs`: lines `time step text`. Secrets are replaced before they reach the file. Beyond 4 MiB the
 * older half is moved to `FILE.1`, so that a run that talks for ever cannot fill the disk.
 */
export function openSessionLog(file: string, now: () => string, secrets: readonly string[]): WriteLog {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Short values would turn the text into stars without hiding anything.
  const hidden = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
  return (step, line) => {
    const text = hidden.reduce((left, secret) => left.replaceAll(secret, '***'), line);
    rotate(file);
    appendFileSync(file, `${now()} ${step} ${text}\n`, { mode: 0o600 });
  };
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST) renameSync(file, `${file}.1`);
}
