import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../errors/error.ts';
import type { FunctionStep } from '../orders/order.ts';
import { type FunctionInput, functionEnvironment, parseFunctionResult, parseProgress } from './contract.ts';

const step = (more: Partial<FunctionStep> = {}): FunctionStep => ({
  name: 'dump',
  command: ['dump'],
  env: {},
  params: {},
  source: 'Stage',
  fetch: 'Stage',
  checks: false,
  ...more,
});
const input: FunctionInput = { operation: 'Full', alias: 'full', stage: '/stage', result: '/scratch/result.json', scratch: '/scratch' };

test('a backup is told its operation, alias, stage, result and scratch, and nothing of restores', () => {
  assert.deepEqual(functionEnvironment(step(), input), {
    STASH_OPERATION: 'Full',
    STASH_ALIAS: 'full',
    STASH_STAGE: '/stage',
    STASH_RESULT: '/scratch/result.json',
    STASH_SCRATCH: '/scratch',
  });
});

test('an incremental is told which link it goes on from, and where that ended', () => {
  const told = functionEnvironment(step(), {
    ...input,
    operation: 'Incremental',
    parent: '/chain/full',
    parentPosition: { toLsn: '44404' },
  });
  assert.deepEqual([told.STASH_PARENT, told.STASH_PARENT_POSITION], ['/chain/full', '{"toLsn":"44404"}']);
});

test('a restore is told what it may do with what is there, and how to stop and start', () => {
  const restore = { allowOverwrite: true, previousData: 'Keep' as const, stopCommand: ['systemctl', 'stop', 'a b'], startCommand: [] };
  const { STASH_STAGE, STASH_ALIAS, ...told } = functionEnvironment(step(), {
    operation: 'Restore',
    source: '/source',
    destination: '/var/lib/mysql',
    target: '/scratch/target.json',
    result: '/r',
    scratch: '/s',
    restore,
  });
  assert.deepEqual([STASH_STAGE, STASH_ALIAS], [undefined, undefined]);
  assert.deepEqual(told, {
    STASH_OPERATION: 'Restore',
    STASH_SOURCE: '/source',
    STASH_DESTINATION: '/var/lib/mysql',
    STASH_TARGET: '/scratch/target.json',
    STASH_RESULT: '/r',
    STASH_SCRATCH: '/s',
    STASH_ALLOW_OVERWRITE: 'true',
    STASH_PREVIOUS_DATA: 'Keep',
    STASH_STOP_COMMAND: '["systemctl","stop","a b"]',
    STASH_START_COMMAND: '[]',
  });
});

test('parameters are upper case with underscores, and neither they nor the env of a function hide the contract', () => {
  const env = functionEnvironment(step({ params: { 'max-rate.kb': '7' }, env: { STASH_RESULT: '/etc/passwd', TZ: 'UTC' } }), input);
  assert.deepEqual([env.STASH_PARAM_MAX_RATE_KB, env.STASH_RESULT, env.TZ], ['7', '/scratch/result.json', 'UTC']);
});

test('no file and an empty one are an empty result', () => {
  for (const text of ['', ' \n']) assert.deepEqual(parseFunctionResult(text, 'dump'), {});
});

test('whatever is no JSON object is the failure of the function, with what it left', () => {
  for (const text of ['null', '[]', '"text"', '1', '{', 'done'])
    assert.throws(
      () => parseFunctionResult(text, 'dump'),
      (error) => isCode(error, 'FunctionFailed') && error.message.includes(`function dump left no JSON object at STASH_RESULT: ${text}`),
    );
});

test('a line is progress only if it is a progress object, and then always with numbers', () => {
  assert.deepEqual(parseProgress('{"progress": {"percentDone": 12.5, "bytesDone": 1, "totalBytes": 8}}'), {
    percentDone: 12.5,
    bytesDone: 1,
    totalBytes: 8,
  });
  for (const line of ['', 'progress', '{"progress"', '{"other": 1}', ' {"progress": {}}']) assert.equal(parseProgress(line), undefined);
  fc.assert(
    fc.property(fc.record({ percentDone: fc.jsonValue(), bytesDone: fc.jsonValue() }), fc.jsonValue(), (values, other) => {
      for (const json of [values, other]) {
        const progress = parseProgress(`{"progress": ${JSON.stringify(json)}}`);
        for (const value of Object.values(progress ?? {})) assert.ok(Number.isFinite(value) && value >= 0, JSON.stringify(json));
      }
    }),
  );
});
