import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CATALOGUE } from '../errors/catalogue.ts';
import { asStashError, isCode, StashError } from '../errors/error.ts';
import type { RestoreTask } from '../orders/order.ts';
import { checkKeptOut, checkRoom, destinationFull } from './destination.ts';

const HUGE = 2 ** 60;
let dir: string;

before(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'destination-')));
  for (const one of ['stash/agents', 'full', 'repository', 'backups/repository']) await mkdir(join(dir, one), { recursive: true });
  await writeFile(join(dir, 'full', 'file'), 'there');
  await symlink(join(dir, 'stash'), join(dir, 'link'));
});
after(() => rm(dir, { recursive: true, force: true }));

const task = (changes: Partial<RestoreTask> = {}, url = 's3:http://127.0.0.1/bucket'): RestoreTask => ({
  type: 'Restore',
  snapshots: [],
  sourceHost: 'host-0',
  steps: [],
  include: [],
  exclude: [],
  args: [],
  allowOverwrite: true,
  previousData: 'Keep',
  stopCommand: [],
  startCommand: [],
  repository: { namespace: 'a', name: 'r', access: { url, env: {}, files: {}, flags: [] } },
  ...changes,
});
const sized = (...bytes: number[]) => ({ snapshots: bytes.map((one, index) => ({ id: `${index}`, paths: ['/a'], bytes: one })) });

test('what does not fit is refused with both sizes, wherever the place is to be', async () => {
  for (const place of ['absent/below/data', 'stash', 'full', 'link']) {
    await assert.rejects(
      checkRoom([join(dir, place)], task(sized(HUGE / 2, HUGE / 2))),
      (error) => isCode(error, 'DestinationFull') && /\d.* can be used, .*1.* are needed; nothing was changed$/.test(error.message),
      place,
    );
  }
});

const NOT_REFUSED: [string, Partial<RestoreTask>][] = [
  ['what fits', sized(1, 2)],
  ['what nobody knows the size of', { snapshots: [{ id: '0', paths: ['/a'] }] }],
  ['what is rewritten in place', { ...sized(HUGE), previousData: 'Discard' }],
  ['a part by include', { ...sized(HUGE), include: ['*.conf'] }],
  ['a part by exclude', { ...sized(HUGE), exclude: ['*.iso'] }],
];
for (const [title, changes] of NOT_REFUSED) {
  test(`no room is asked for ${title}`, async () => {
    await checkRoom([join(dir, 'full')], task(changes));
  });
}

test('Discard needs room where nothing is there to be rewritten', async () => {
  const discard = task({ ...sized(HUGE), previousData: 'Discard' });
  await assert.rejects(checkRoom([join(dir, 'absent')], discard), (error) => isCode(error, 'DestinationFull'));
});

const KEPT_OUT: [string, string, Partial<RestoreTask>, RegExp | undefined][] = [
  ['the data directory itself', 'stash', {}, /inside Stash's data directory/],
  ['a place inside the data directory', 'stash/agents/new', {}, /inside Stash's data directory/],
  ['a place inside it by a link', 'link/agents', {}, /inside Stash's data directory/],
  ['a link to it', 'link', {}, /inside Stash's data directory/],
  ['a place above it', '', {}, /holds Stash's data directory/],
  ['a place above it, in part', '', { include: ['*.conf'] }, /holds Stash's data directory/],
  ['the root', '/', { previousData: 'Discard' }, /holds Stash's data directory/],
  ['a place inside the repository', 'backups/repository/data', {}, /inside the repository/],
  ['a place above the repository that would be renamed', 'backups', {}, /holds the repository/],
  ['a place above the repository that stays', 'backups', { previousData: 'Discard' }, undefined],
  ['a name that only begins alike', 'stash-data', {}, undefined],
  ['a place beside them', 'full', {}, undefined],
];
for (const [title, place, changes, expected] of KEPT_OUT) {
  test(`${expected === undefined ? 'accepts' : 'refuses'} ${title}`, async () => {
    const places = [place === '/' ? place : join(dir, place)];
    const checked = checkKeptOut(places, task(changes, join(dir, 'backups/repository')), [join(dir, 'stash')]);
    if (expected === undefined) return checked;
    return assert.rejects(checked, (error) => isCode(error, 'DestinationUnusable') && expected.test(error.message));
  });
}

test('a disk that fills up while the engine writes is the destination, not the stage or the storage', () => {
  for (const code of ['StageFull', 'StorageFull'] as const) {
    const error = asStashError(destinationFull(new StashError(code, '/a: no space left on device'), ['/srv/a']));
    assert.equal(error.code, 'DestinationFull');
    assert.equal(error.message, 'the file system of /srv/a is full: /a: no space left on device');
    assert.equal(error.remedy, CATALOGUE.DestinationFull.remedy);
  }
});

test('other failures are left as they are, a repository too full for its lock among them', () => {
  const lock = new StashError('StorageFull', 'unable to create lock in backend: no space left on device');
  for (const thrown of [lock, new StashError('WrongPassword', 'no'), new Error('x')])
    assert.equal(destinationFull(thrown, ['/srv/a']), thrown);
});
