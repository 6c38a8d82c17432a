import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wayBack } from './way-back.ts';

type Members = Parameters<typeof wayBack>[0];
const bound = (name: string) => ({ sidecar: [{ execAlias: ['full'], function: { name } }] });

const BACK: [why: string, members: object[], name: string | undefined][] = [
  ['nothing named', [{}], undefined],
  ['a dump as the task', [{ task: { name: 'mariadb-dump' } }], 'mariadb-dump-restore'],
  ["a dump by Stash's name", [{ task: { name: 'mariadb-backup-10.6.23' } }], 'mariadb-dump-restore'],
  ['a dump bound to an alias', [bound('mariadb-dump')], 'mariadb-dump-restore'],
  ['a dump beside a physical backup', [bound('mariadb-dump'), bound('mariadb-physical')], undefined],
  ['something else', [{ task: { name: 'files' } }], undefined],
];
for (const [why, members, name] of BACK)
  test(`${why} is undone by ${name ?? 'the default'}`, () => assert.equal(wayBack(members as unknown as Members)?.name, name));
