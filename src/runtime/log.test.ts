import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StashError } from '../errors/error.ts';
import { createLogger, type LogOptions } from './log.ts';
import { testClock } from './test-clock.ts';

function lines(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const log = createLogger({ level: 'info', format: 'human', clock: testClock(), write: (line) => written.push(line), ...options });
  return { log, written };
}

test('a human line has time, level, message and fields', () => {
  const { log, written } = lines();
  log.child({ controller: 'repository' }).warn('probe failed', { key: 'shop/repo', why: 'no route', tries: 3 });
  assert.deepEqual(written, ['10:15:00 WARN  probe failed controller=repository key=shop/repo why="no route" tries=3\n']);
});

test('a JSON line is one object, with errors spelled out', () => {
  const { log, written } = lines({ format: 'json' });
  log.error('stopped', { error: new StashError('StageFull', 'the stage is full', { cause: new Error('ENOSPC') }) });
  assert.deepEqual(JSON.parse(written[0] ?? ''), {
    time: '2026-11-22T10:15:00.000Z',
    level: 'error',
    message: 'stopped',
    error: { code: 'StageFull', message: 'the stage is full', cause: { message: 'ENOSPC' } },
  });
});

test('lines below the level are left out', () => {
  const { log, written } = lines({ level: 'warn' });
  log.info('quiet');
  log.debug('quieter');
  assert.deepEqual(written, []);
});

test('a message cannot forge a second line', () => {
  const { log, written } = lines();
  log.info('first\n10:15:00 INFO  forged', { output: 'a\nb' });
  assert.deepEqual(written, ['10:15:00 INFO  first | 10:15:00 INFO  forged output="a\\nb"\n']);
});

for (const format of ['human', 'json'] as const) {
  test(`registered secrets appear in no form and nowhere in a ${format} line`, () => {
    const { log, written } = lines({ format });
    const secret = 'p"a ss/wörd';
    log.child({ parent: 1 }).redact(secret);
    log.redact('p"a ss/wörd-and-more');
    log.info(`open ${secret}`, {
      nested: { list: [secret, `x${secret}y`] },
      url: `http://u:${encodeURIComponent(secret)}@h`,
      base64: Buffer.from(secret).toString('base64'),
      json: JSON.stringify({ secret }),
      longer: 'p"a ss/wörd-and-more',
      error: new Error(`bad ${secret}`),
    });
    const text = written.join('');
    for (const trace of ['ss/w', 'wörd', 'and-more', encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      assert.ok(!text.includes(trace), `${trace} in ${text}`);
    }
  });
}

test('each line of a private key is redacted on its own', () => {
  const { log, written } = lines();
  log.redact('-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END KEY-----\n');
  log.info('parsing MIIEvQIBADANBgkqhkiG9w0B failed');
  assert.deepEqual(written, ['10:15:00 INFO  parsing *** failed\n']);
});

test('values too short to be secrets are left alone', () => {
  const { log, written } = lines();
  log.redact('a');
  log.redact('');
  log.info('a banana');
  assert.deepEqual(written, ['10:15:00 INFO  a banana\n']);
});

test('a text for somebody else is without what must not appear either', () => {
  const { log } = lines();
  log.redact('s3cret-word');
  assert.doesNotMatch(log.child({}).redacted('it said s3cret-word'), /s3cret-word/);
});
