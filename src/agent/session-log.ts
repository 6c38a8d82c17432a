import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Never throws. */
export type WriteLog = (step: string, line: string) => void;

const LARGEST = 4 * 1024 * 1024;

/**
 * The log of one order, read by `stash logs`: lines `time step text`. Secrets are replaced before they reach the file. Beyond 4 MiB the
 * older half is moved to `FILE.1`, so that a run that talks for ever cannot fill the disk. What cannot be written is left out: a backup
 * does not fail for want of its log.
 */
export function openSessionLog(file: string, now: () => string, secrets: readonly string[]): WriteLog {
  const hidden = hiddenTexts(secrets);
  return (step, line) => {
    const text = hidden.reduce((left, secret) => left.replaceAll(secret, '***'), line);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      rotate(file);
      appendFileSync(file, `${now()} ${step} ${text}\n`, { mode: 0o600 });
    } catch {
      // the disk is full, or the directory was taken away
    }
  };
}

/** Longest first. Of a secret of several lines (a key file) every line that could be one by itself: a log has one line at a time. */
function hiddenTexts(secrets: readonly string[]): string[] {
  const lines = secrets.filter((secret) => secret.includes('\n')).flatMap((secret) => secret.split('\n').map((line) => line.trim()));
  // Short values would turn the text into stars without hiding anything.
  const texts = [...secrets.filter((secret) => secret.length >= 4), ...lines.filter((line) => line.length >= 16)];
  return [...new Set(texts)].sort((a, b) => b.length - a.length);
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST) renameSync(file, `${file}.1`);
}
