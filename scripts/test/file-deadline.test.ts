import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { fileDeadline } from './file-deadline.ts';

const event = (type: 'test:dequeue' | 'test:complete', name: string, file: string) =>
  ({ type, data: { name, file } }) as unknown as TestEvent;

test('only a file that is still running at its deadline is late', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const late: string[] = [];
  const watch = fileDeadline(1000, (file) => late.push(file));
  watch(event('test:dequeue', 'slow.test.ts', 'slow.test.ts'));
  watch(event('test:dequeue', 'quick.test.ts', 'quick.test.ts'));
  watch(event('test:complete', 'a test in it', 'slow.test.ts'));
  watch(event('test:complete', 'quick.test.ts', 'quick.test.ts'));
  t.mock.timers.tick(999);
  assert.deepEqual(late, []);
  t.mock.timers.tick(1);
  assert.deepEqual(late, ['slow.test.ts']);
});
