import { takeExclusive } from '../exclusive.ts';

/** Run as a process: `hold-exclusive.ts FILE`. Prints what came of it, then holds the lock until a line arrives on standard input. */
const result = takeExclusive(process.argv[2] ?? '', { pid: process.pid, startTime: '2026-11-22T10:15:00Z' });
process.stdout.write(`${JSON.stringify(result)}\n`);
process.stdin.once('data', () => {
  if (result.taken) result.release();
  process.stdin.destroy();
});
