import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { jobEnd } from './job-end.ts';

const job = (reason: string) =>
  ({
    metadata: { namespace: 'shop', name: 'run' },
    status: { conditions: [{ type: 'Failed', status: 'True', reason, message: 'Job has reached the specified backoff limit' }] },
  }) as unknown as V1Job;
const pod = (terminated: object, more: object = {}) =>
  ({
    status: {
      initContainerStatuses: [
        { name: 'first-0', state: { terminated: { exitCode: 0 } } },
        { name: 'dump-1', state: { terminated } },
      ],
      ...more,
    },
  }) as unknown as V1Pod;

const ends: [why: string, job: V1Job, pods: V1Pod[], code: string, says: RegExp][] = [
  [
    'a step that failed',
    job('BackoffLimitExceeded'),
    [pod({ exitCode: 3, message: 'one\ntwo\n' })],
    'FunctionFailed',
    /^step dump-1 ended with exit code 3: one \/ two$/,
  ],
  ['a silent one', job('BackoffLimitExceeded'), [pod({ exitCode: 1 })], 'FunctionFailed', /^step dump-1 ended with exit code 1$/],
  ['too little memory', job('BackoffLimitExceeded'), [pod({ exitCode: 137, reason: 'OOMKilled' })], 'FunctionFailed', /out of memory/],
  ['the deadline', job('DeadlineExceeded'), [], 'DeadlineExceeded', /Job shop\/run was stopped at the deadline/],
  [
    'a pod that was evicted',
    job('BackoffLimitExceeded'),
    [pod({ exitCode: 137 }, { reason: 'Evicted', message: 'low on memory' })],
    'AgentLost',
    /was ended: low on memory/,
  ],
  ['no pod any more', job('BackoffLimitExceeded'), [], 'AgentLost', /has ended before its agent told of it: Job has reached/],
];
for (const [why, of, pods, code, says] of ends)
  test(`A Job has ended by ${why}`, () => {
    const error = jobEnd(of, pods, (text) => text);
    assert.equal(error.code, code);
    assert.match(error.message, says);
  });

test('What a step said is without its secrets, also where it is cut, and in several lines', () => {
  const redact = (text: string) => text.replaceAll('hunter\n22', '***');
  const said = (message: string) => jobEnd(job('BackoffLimitExceeded'), [pod({ exitCode: 1, message })], redact).message;
  assert.match(said(`password hunter\n22${'x'.repeat(997)}`), /exit code 1: \*\*\*x{997}$/);
  for (const length of [990, 995, 998, 999]) assert.doesNotMatch(said(`hunter\n22${'x'.repeat(length)}`), /22|ter/, String(length));
  const evicted = pod({ exitCode: 1 }, { reason: 'Evicted', message: 'hunter\n22 is too much' });
  assert.match(jobEnd(job('BackoffLimitExceeded'), [evicted], redact).message, /was ended: \*\*\* is too much$/);
});
