import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../orders/report.ts';
import { attemptAgain } from './retry.ts';

const NOW = new Date('2026-11-23T10:00:00Z');
const CASES: [why: string, attempts: number, code: string, secondsAgo: number, retry: ReturnType<typeof attemptAgain>][] = [
  ['the agent is lost', 1, 'AgentLost', 0, 'Now'],
  ['the server is lost', 1, 'DatabaseLost', 0, 'Soon'],
  ['the server was lost', 1, 'DatabaseLost', 5, 'Now'],
  ['the server is lost again', 2, 'DatabaseLost', 60, 'No'],
  ['the agent is lost again', 2, 'AgentLost', 0, 'No'],
  ['a server that does not answer', 1, 'DatabaseUnreachable', 0, 'No'],
  ['a server that was lost, just asked', 2, 'DatabaseUnreachable', 4, 'Soon'],
  ['a server that was lost, asked a while ago', 2, 'DatabaseUnreachable', 5, 'Now'],
  ['a server that was asked by a clock of tomorrow', 3, 'DatabaseUnreachable', -86_400, 'Now'],
  ['a server that does not come back for ten minutes', 122, 'DatabaseUnreachable', 60, 'No'],
  ['a server that refuses the login after that', 2, 'DatabaseAccessDenied', 60, 'No'],
];
for (const [why, attempts, code, secondsAgo, retry] of CASES)
  test(`${why}: ${retry}`, () => {
    const endTime = new Date(NOW.getTime() - secondsAgo * 1000).toISOString();
    const error = { code: code as 'Internal', message: '', remedy: '' };
    const report: Report = { orderId: 'id', state: 'Failed', startTime: endTime, endTime, steps: [], error };
    assert.equal(attemptAgain({ attempts }, report, NOW), retry);
  });
