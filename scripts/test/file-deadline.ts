import type { TestEvent } from 'node:test/reporters';

/**
 * Calls `late` for every test file that is not through after `limitMs`. The runner's own limit is one for each test: a file whose tests
 * are slow in a row, or that leaves something open after the last, would hold up the run for ever.
 */
export function fileDeadline(limitMs: number, late: (file: string) => void): (event: TestEvent) => void {
  const timers = new Map<string, NodeJS.Timeout>();
  return ({ type, data }) => {
    if (type !== 'test:dequeue' && type !== 'test:complete') return;
    const { name, file } = data;
    if (file === undefined || name !== file) return;
    clearTimeout(timers.get(file));
    timers.delete(file);
    if (type === 'test:dequeue') timers.set(file, setTimeout(late, limitMs, file));
  };
}
