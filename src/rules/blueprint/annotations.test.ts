import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { blueprintNames, targetWishes } from './annotations.ts';

const NAMES = 'stash.appscode.com/backup-blueprint';
const PATHS = 'stash.appscode.com/target-paths';
const MOUNTS = 'stash.appscode.com/volume-mounts';

test('blueprints are named one by one, each once, in their order', () => {
  const table: [string | undefined, string[]][] = [
    [undefined, []],
    ['', []],
    [' , ', []],
    ['daily', ['daily']],
    ['daily-gcs, weekly-s3,daily-gcs', ['daily-gcs', 'weekly-s3']],
  ];
  for (const [text, expected] of table) assert.deepEqual(blueprintNames(text === undefined ? {} : { [NAMES]: text }), expected);
});

test('what is no name of a blueprint is refused with the value', () => {
  for (const text of ['Daily', 'a b', '../a', '${X}', 'a\nb', 'x'.repeat(254), 'a/b'])
    assert.throws(
      () => blueprintNames({ [NAMES]: `good,${text}` }),
      (error) => isCode(error, 'Invalid') && error.message.includes(JSON.stringify(text)),
    );
});

test('schedules, paths, mounts and parameters are read as Stash writes them', () => {
  const wishes = targetWishes('Deployment', {
    'stash.appscode.com/schedule': ' */5 * * * * ',
    'schedule.stash.appscode.com/full': '@daily',
    [PATHS]: '/my/dir-1, /my/dir-2',
    [MOUNTS]: 'vol-1:/mount/path-1:sub/path-1,vol-2:/mount/path-2',
    'params.stash.appscode.com/b': 'x=1,y=2',
    'params.stash.appscode.com/a': '',
    'somebody.else/schedule': 'never',
  });
  assert.deepEqual(wishes, {
    schedule: '*/5 * * * *',
    schedules: new Map([['full', '@daily']]),
    paths: ['/my/dir-1', '/my/dir-2'],
    volumeMounts: [
      { name: 'vol-1', mountPath: '/mount/path-1', subPath: 'sub/path-1' },
      { name: 'vol-2', mountPath: '/mount/path-2' },
    ],
    params: [
      { name: 'a', value: '' },
      { name: 'b', value: 'x=1,y=2' },
    ],
  });
});

test('every annotation that cannot be followed is named with its value', () => {
  const wrong = {
    'stash.appscode.com/schedule': '99 * * * *',
    'schedule.stash.appscode.com/full': 'soon\nname: evil',
    [PATHS]: 'relative',
    [MOUNTS]: 'vol',
  };
  assert.throws(
    () => targetWishes('Deployment', wrong),
    (error) =>
      isCode(error, 'Invalid') &&
      Object.keys(wrong).every((name) => error.message.includes(`annotation ${name}: `)) &&
      ['99', '"relative"', '"vol"'].every((value) => error.message.includes(value)),
  );
});

test('paths and mounts are plain: nothing climbs, nothing is hidden in them', () => {
  for (const text of ['/a/../etc', '/a\nb', '/a\u0000', ',', ''])
    assert.throws(() => targetWishes('StatefulSet', { [PATHS]: text }), /(?:)/, JSON.stringify(text));
  for (const text of ['v:/a:../b', 'v:/a:b:c', 'V:/a', 'v:a', 'v:/a:', 'v:/a:/b', '{name: v}:/a', 'v:/a/..'])
    assert.throws(() => targetWishes('StatefulSet', { [MOUNTS]: text }), /(?:)/, JSON.stringify(text));
});

test('an AppBinding has no paths', () => {
  assert.throws(() => targetWishes('AppBinding', { [PATHS]: '/a' }), /neither paths nor volumes/);
  assert.deepEqual(targetWishes('AppBinding', {}).params, []);
});
