import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Job } from '@kubernetes/client-node';
import type { ErrorCode } from '../../../errors/catalogue.ts';
import { StashError } from '../../../errors/error.ts';
import type { ApiRequest, Connection } from '../../../store/kubernetes/connection.ts';
import { keepJob } from './keep-job.ts';

type State = 'runs' | 'complete' | 'failed' | 'going' | 'none';

const JOB = { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'shop', name: 'agent' }, spec: { backoffLimit: 3 } };

/** What the API server says in turn, each state until it is asked again; what was written is in the answer. */
const cases: [name: string, states: State[], refused: ErrorCode | undefined, written: string[]][] = [
  ['one that runs is left alone', ['runs'], undefined, []],
  ['where there is none it is made', ['none'], undefined, ['POST']],
  ['one that has succeeded makes room for another', ['complete', 'none'], undefined, ['DELETE uid-complete', 'POST']],
  ['and so does one that has failed', ['failed', 'none'], undefined, ['DELETE uid-failed', 'POST']],
  ['one that is on its way out is waited for', ['going', 'going', 'none'], undefined, ['POST']],
  ['one that somebody else makes at that moment is taken', ['none', 'runs'], 'AlreadyExists', ['POST']],
  ['one that somebody else made anew is looked at again', ['complete', 'runs'], 'Conflict', ['DELETE uid-complete']],
  ['one that somebody else has removed is made', ['complete', 'none'], 'NotFound', ['DELETE uid-complete', 'POST']],
];
for (const [name, states, refused, written] of cases)
  test(`A Job: ${name}`, async () => {
    const server = serverOf(states, refused);
    await keepJob(server.connection, JOB as V1Job, { clock: { sleep: async () => undefined }, signal: new AbortController().signal });
    assert.deepEqual(server.written, written);
  });

test('What the API server refuses is told', async () => {
  const server = serverOf(['none'], 'Forbidden');
  const options = { clock: { sleep: async () => undefined }, signal: new AbortController().signal };
  await assert.rejects(keepJob(server.connection, JOB as V1Job, options), { code: 'Forbidden' });
});

test('After the signal nothing more is asked', async () => {
  const server = serverOf(['none'], undefined);
  await keepJob(server.connection, JOB as V1Job, { clock: { sleep: async () => undefined }, signal: AbortSignal.abort() });
  assert.equal(server.asked(), 0);
});

/** `refused`: how the first write ends. */
function serverOf(states: readonly State[], refused: ErrorCode | undefined) {
  const written: string[] = [];
  let [left, asked] = [refused, 0];
  const send = async ({ method, body }: ApiRequest) => {
    asked += 1;
    if (method !== 'GET') {
      const uid = (body as { preconditions?: { uid: string } }).preconditions?.uid;
      written.push(uid === undefined ? method : `${method} ${uid}`);
      const error = left;
      left = undefined;
      if (error !== undefined) throw new StashError(error, 'refused');
      return { status: 200, body: {} };
    }
    const reads = asked - written.length - 1;
    const state = states[Math.min(reads, states.length - 1)] ?? 'none';
    if (state === 'none') throw new StashError('NotFound', 'no such Job');
    const type = { complete: 'Complete', failed: 'Failed', runs: 'Suspended', going: 'Suspended' }[state];
    const metadata = { ...JOB.metadata, uid: `uid-${state}`, ...(state === 'going' ? { deletionTimestamp: '2026-03-01T10:00:00Z' } : {}) };
    return { status: 200, body: { ...JOB, metadata, status: { conditions: [{ type, status: 'True' }] } } };
  };
  return { written, asked: () => asked, connection: { send } as unknown as Connection };
}
