import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LOGS = 4;
const LINES = 15;

/** The ends of the logs that agents wrote last: what a failed test says of them, before they are removed with everything else. */
export function newestLogs(dataDir: string): string {
  const folder = join(dataDir, 'logs');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const files = entries.map((one) => join(one.parentPath, one.name)).toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const end = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LINES).join('\n');
  return files
    .slice(0, LOGS)
    .map((file) => `${file.slice(folder.length + 1)}:\n${end(file)}`)
    .join('\n');
}
