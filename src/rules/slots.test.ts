import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideSlots, type SlotDecision, type SlotSession } from './slots.ts';

function session(key: string, changed: Partial<SlotSession> = {}): SlotSession {
  return {
    key,
    name: key,
    targets: ['db'],
    operation: 'Incremental',
    phase: 'Waiting',
    createdAt: '2026-11-22T10:00:00Z',
    invoker: 'BackupConfiguration/demo/orders',
    alias: key,
    manual: false,
    ...changed,
  };
}

const running: Partial<SlotSession> = { phase: 'Running' };
const later: Partial<SlotSession> = { createdAt: '2026-11-22T10:05:00Z' };
const run: SlotDecision = { do: 'run' };
const wait = (...keys: string[]): SlotDecision => ({ do: 'wait', for: keys });
const into = (key: string): SlotDecision => ({ do: 'coalesce', into: key });

const CASES: [name: string, sessions: SlotSession[], expected: Record<string, SlotDecision>][] = [
  ['a free target is taken', [session('a')], { a: run }],
  ['one operation a target at a time', [session('a', running), session('b')], { b: wait('a') }],
  ['another target does not wait', [session('a', running), session('b', { targets: ['files'] })], { b: run }],
  ['the older goes first', [session('a', later), session('b')], { b: run, a: wait('b') }],
  ['equally old ones go by name', [session('b'), session('a')], { a: run, b: wait('a') }],
  ['a full goes before an older incremental', [session('a'), session('b', { ...later, operation: 'Full' })], { b: run, a: wait('b') }],
  [
    'a restore goes before a full',
    [session('a', { operation: 'Full' }), session('b', { ...later, operation: 'Restore' })],
    { b: run, a: wait('b') },
  ],
  [
    'restore tests and logs run beside backups',
    [session('a', running), session('b', { operation: 'RestoreTest' }), session('c', { operation: 'Log' })],
    { b: run, c: run },
  ],
  ['they keep nobody waiting', [session('a', { ...running, operation: 'RestoreTest' }), session('b')], { b: run }],
  [
    'waiting ones of an alias become one',
    [session('a', running), session('b', { alias: 'x' }), session('c', { ...later, alias: 'x' })],
    { b: wait('a'), c: into('b') },
  ],
  ['a running one takes in nobody', [session('a', { ...running, alias: 'x' }), session('b', { alias: 'x' })], { b: wait('a') }],
  [
    'the same alias of another configuration is another',
    [session('a', running), session('b', { alias: 'x' }), session('c', { ...later, alias: 'x', invoker: 'y' })],
    { b: wait('a'), c: wait('a') },
  ],
  [
    'a manual one keeps its own run',
    [session('a', { ...running }), session('b', { alias: 'x' }), session('c', { ...later, alias: 'x', manual: true })],
    { b: wait('a'), c: wait('a') },
  ],
  [
    'a scheduled one does not vanish in a manual one',
    [session('a', running), session('b', { alias: 'x', manual: true }), session('c', { ...later, alias: 'x' })],
    { b: wait('a'), c: wait('a') },
  ],
  ['a batch needs all its targets', [session('a', running), session('b', { targets: ['db', 'files'] })], { b: wait('a') }],
  [
    'and is told of each that holds one',
    [session('a', running), session('b', { ...running, targets: ['files'] }), session('c', { targets: ['db', 'files'] })],
    { c: wait('a', 'b') },
  ],
  [
    'a waiting batch keeps later ones off its free targets',
    [session('a', running), session('b', { targets: ['db', 'files'] }), session('c', { ...later, targets: ['files'] })],
    { b: wait('a'), c: wait('b') },
  ],
];

for (const [name, sessions, expected] of CASES) {
  test(`slots: ${name}`, () => assert.deepEqual(Object.fromEntries(decideSlots(sessions)), expected));
}
