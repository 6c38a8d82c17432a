import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOf, frameOf } from './frames.ts';

const message = (channel: number, text: string) => new Uint8Array([channel, ...Buffer.from(text)]).buffer;

test('A message is output, an end, or nothing to us', () => {
  const read = (data: unknown) => [frameOf(data).channel, frameOf(data).payload.toString()];
  assert.deepEqual(read(message(1, 'out')), ['output', 'out']);
  assert.deepEqual(read(message(2, 'err')), ['output', 'err']);
  assert.deepEqual(read(message(3, '{}')), ['end', '{}']);
  assert.deepEqual(read(message(3, '')), ['other', '']);
  assert.deepEqual(read(message(255, 'x')), ['other', 'x']);
  assert.deepEqual(read('text'), ['other', '']);
  assert.deepEqual(read(new ArrayBuffer(0)), ['other', '']);
});

const causes = (message: string) => ({ causes: [{ reason: 'ExitCode', message }] });
const ends: [status: unknown, end: object][] = [
  [{ status: 'Success' }, { exitCode: 0 }],
  [{ status: 'Failure', reason: 'NonZeroExitCode', details: causes('137') }, { exitCode: 137 }],
  [{ status: 'Failure', reason: 'NonZeroExitCode', message: 'odd', details: causes('x') }, { problem: 'odd' }],
  [{ status: 'Failure', reason: 'InternalError', message: 'no such file' }, { problem: 'no such file' }],
];
for (const [status, end] of ends)
  test(`An end of ${JSON.stringify(status)}`, () => {
    assert.deepEqual(endOf(JSON.stringify(status)), end);
  });

test('An end that is no Status is shown as it is', () => {
  assert.deepEqual(endOf('broken\n'), { problem: 'broken' });
});
