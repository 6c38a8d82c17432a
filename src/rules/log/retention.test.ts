import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeptChain, removableLogs, type StoredLogs } from './retention.ts';

/** `ID TIMELINE FROM-TO CHAIN [FOLLOWS]`: sequences of one domain; `-` for no chain. Until grows with the order. */
function logs(...texts: string[]): StoredLogs[] {
  return texts.map((text, at) => {
    const [id = '', timeline = '', range = '', chain = '-', follows = ''] = text.split(' ');
    const [from = '', to = ''] = range.split('-');
    const time = new Date(Date.UTC(2026, 0, 1, at)).toISOString();
    const span = { from: state(from), gtid: state(to), since: time, until: time };
    return { id, host: `of-${timeline}`, timeline, ...span, continues: chain === '-' ? '' : `${chain}.0`, follows };
  });
}
const state = (sequence: string) => (sequence === '0' ? '' : `0-1-${sequence}`);
const chain = (name: string, host: string, sequence: number): KeptChain => ({ chain: name, host, gtid: `0-1-${sequence}` });

const cases: [string, StoredLogs[], KeptChain[], string[]][] = [
  ['of a series and a chain the newest stays', logs('a t 1-5 c1', 'b t 1-9 c1'), [chain('c1', 'of-t', 2)], ['a']],
  ['an idle one replaces the one before it', logs('a t 1-5 c1', 'b t 1-5 c1'), [chain('c1', 'of-t', 2)], ['a']],
  [
    'the closing log of a living chain stays beside the newest of the next',
    logs('a t 1-9 c1', 'b t 7-12 c2'),
    [chain('c1', 'of-t', 2), chain('c2', 'of-t', 8)],
    [],
  ],
  ['the closing log of a chain that is gone goes', logs('a t 1-9 c1', 'b t 7-12 c2'), [chain('c2', 'of-t', 8)], ['a']],
  [
    'that of a chain between two that stay is kept: it bridges them',
    logs('a t 1-9 c1', 'b t 7-15 c2', 'c t 13-20 c3'),
    [chain('c1', 'of-t', 2), chain('c3', 'of-t', 14)],
    [],
  ],
  [
    'a series that goes on from a needed one stays as a whole',
    logs('a t 1-9 c1', 'b u 5-20 c2 t@0-1-9', 'c u 18-30 c3'),
    [chain('c1', 'of-t', 2), chain('c3', 'of-u', 19)],
    [],
  ],
  [
    'it goes with the chain that led to it',
    logs('a t 1-9 c1', 'b u 5-20 c2 t@0-1-9', 'c u 18-30 c3'),
    [chain('c3', 'of-u', 19)],
    ['a', 'b'],
  ],
  ['what no chain is known of stays, but its older ones', logs('a t 1-5', 'b t 1-9'), [], ['a']],
  ['without any chain the logs of those that are gone go', logs('a t 1-5 c1', 'b u 5-7 -'), [], ['a']],
];

for (const [name, stored, chains, gone] of cases)
  test(name, () => {
    assert.deepEqual(removableLogs(stored, chains).sort(), gone);
  });
