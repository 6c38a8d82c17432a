import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freedBy } from './forget.ts';

const OUTPUT = `to repack:             2 blobs / 1.500 KiB
this removes:          1 blobs / 512 B
to delete:             7 blobs / 2.862 MiB
total prune:           8 blobs / 2.862 MiB
remaining:             5 blobs / 1.999 KiB
`;

const table: [name: string, stdout: string, bytes: number | undefined][] = [
  ['in MiB', OUTPUT, 3_001_025],
  ['in bytes', OUTPUT.replace('8 blobs / 2.862 MiB', '0 blobs / 0 B'), 0],
  ['in GiB', OUTPUT.replace('8 blobs / 2.862 MiB', '8 blobs / 1.500 GiB'), 1_610_612_736],
  ['nowhere', 'done\n', undefined],
  ['in a unit nobody knows', OUTPUT.replace('8 blobs / 2.862 MiB', '8 blobs / 2 pages'), undefined],
];
for (const [name, stdout, bytes] of table) test(`what a prune freed is told ${name}`, () => assert.equal(freedBy(stdout), bytes));
