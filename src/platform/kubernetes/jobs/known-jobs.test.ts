import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownJobs } from './known-jobs.ts';

const JOB = { metadata: { name: 'job' } };

test('a Job is known while something is expected of its agent, and for a while before and after', () => {
  const jobs = knownJobs();
  jobs.set('a', { job: JOB });
  jobs.set('b', { job: JOB });
  for (let look = 0; look < 100; look++) jobs.looked(['a']);
  assert.deepEqual([jobs.get('a'), jobs.get('b')], [JOB, undefined]);
  for (let look = 0; look < 12; look++) jobs.looked([]);
  assert.equal(jobs.get('a'), JOB, 'its next order may be being made');
  jobs.set('a', { job: JOB });
  for (let look = 0; look < 12; look++) jobs.looked([]);
  assert.equal(jobs.get('a'), JOB);
  jobs.looked([]);
  assert.equal(jobs.get('a'), undefined);
});

test('What a pod must not tell is taken out of what it said, as long as its Job is known', () => {
  const jobs = knownJobs();
  jobs.set('a', { job: JOB, redact: (text) => text.replaceAll('hunter22', '***') });
  jobs.set('b', { job: JOB });
  assert.deepEqual([jobs.redact('a', 'with hunter22'), jobs.redact('b', 'as it is'), jobs.redact('c', '')], ['with ***', 'as it is', '']);
});
