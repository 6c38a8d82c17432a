import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Repository, RepositoryStatus } from '../../api/repository.ts';
import { maintenanceOwed } from './share.ts';

const FAILED = { phase: 'Failed' as const, endTime: '2026-11-23T10:00:00Z' };
const LATER = Date.parse(FAILED.endTime) + 1;
const process = { hostname: 'vm', pid: 1, startTicks: 1, repository: { namespace: 'shop', name: 'repo' }, time: FAILED.endTime };

const CASES: [what: string, status: RepositoryStatus, since: number, ended: number, owed: boolean][] = [
  ['who came after one that failed, and left something', { phase: 'Ready', maintenance: FAILED }, LATER, 1, true],
  ['who came before it', { phase: 'Ready', maintenance: FAILED }, LATER - 1, 1, false],
  ['who came after it, when nothing is left', { phase: 'Ready', maintenance: FAILED }, LATER, 0, false],
  ['who came after one that succeeded', { phase: 'Ready', maintenance: { ...FAILED, phase: 'Succeeded' } }, LATER, 1, false],
  ['who came to a repository that cannot be used', { phase: 'NotReady', maintenance: FAILED }, LATER, 1, false],
  ['who came to a repository without any', { phase: 'Ready' }, LATER, 1, false],
];
for (const [what, status, since, ended, owed] of CASES)
  test(`a maintenance is ${owed ? '' : 'not '}owed to ${what}`, () => {
    const repository = { metadata: process.repository, status } as Repository;
    assert.equal(
      maintenanceOwed({ desk: { ended: () => Array.from({ length: ended }, () => process) } as never }, repository, since),
      owed,
    );
  });
