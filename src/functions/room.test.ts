import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tooLittleRoom } from './room.ts';

const MIB = 2 ** 20;
const disk = { bavail: 500, blocks: 1000, bsize: MIB };
const KEPT = ' (10 % of the file system are kept free)';

const table: [name: string, bavail: number, bytes: number, share: number, problem: string | undefined][] = [
  ['what fits beside the share that stays free', 500, 400 * MIB, 0.1, undefined],
  ['what would take from the share that stays free', 500, 401 * MIB, 0.1, `400 MiB can be used${KEPT}, 401 MiB are needed`],
  ['the last block, where no share stays free', 500, 500 * MIB, 0, undefined],
  ['what nobody knows the size of', 101, 0, 0.1, undefined],
  ['anything at all where the share is not free any more', 99, 0, 0.1, `0 MiB can be used${KEPT}`],
  ['less than is freed', 0, -1, 0, undefined],
];
for (const [name, bavail, bytes, share, problem] of table) {
  test(`room for ${name}`, () => assert.equal(tooLittleRoom({ ...disk, bavail }, bytes, share), problem));
}
