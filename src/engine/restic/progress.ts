import type { RunControl } from '../engine.ts';
import { messages, readLine } from './messages.ts';

/** Turns restic's status lines, those of a backup and of a restore, into progress; undefined when nobody wants to know. */
export function progressReader(control: RunControl): (line: string) => void {
  return (line) => {
    if (control.onProgress === undefined) return;
    const status = readLine(messages.status, line);
    if (status === undefined) return;
    control.onProgress({
      done: Math.min(1, status.percent_done ?? 0),
      bytesDone: status.bytes_done ?? status.bytes_restored ?? 0,
      bytesTotal: status.total_bytes ?? 0,
      filesDone: status.files_done ?? status.files_restored ?? 0,
      filesTotal: status.total_files ?? 0,
    });
  };
}
