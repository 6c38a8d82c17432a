import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostRestoreStats, RestoreSessionStatus } from '../api/restore-session.ts';
import { type HostFate, hostFate } from './restore-gate.ts';

type Phase = NonNullable<RestoreSessionStatus['phase']>;

function steps(...names: string[]): Partial<HostRestoreStats> {
  return { steps: names.map((name) => ({ name, phase: 'Failed' as const })) };
}

const cases: [name: string, phase: Phase, host: Partial<HostRestoreStats> | undefined, fate: HostFate][] = [
  ['that has not begun', 'Pending', undefined, 'Untouched'],
  ['that does not concern the host', 'Running', undefined, 'Untouched'],
  ['whose hook before it runs', 'Running', { phase: 'Pending' }, 'Untouched'],
  ['that is ordered', 'Running', { phase: 'Running' }, 'Ordered'],
  ['that is at work', 'Running', { phase: 'Running', ...steps('check', 'fetch') }, 'Ordered'],
  ['that has succeeded on this host', 'Running', { phase: 'Succeeded', ...steps('check', 'fetch') }, 'Restored'],
  ['that failed on another host', 'Failed', { phase: 'Succeeded' }, 'Restored'],
  ['whose hook before it failed', 'Failed', { phase: 'Pending' }, 'Untouched'],
  ['that no pod took until its deadline', 'Failed', { phase: 'Failed', errorCode: 'DeadlineExceeded' }, 'Untouched'],
  ['whose check failed', 'Failed', { phase: 'Failed', ...steps('check') }, 'Untouched'],
  [
    'that a function refused',
    'Failed',
    { phase: 'Failed', errorCode: 'DestinationNotEmpty', ...steps('fetch index', 'check m', 'fetch') },
    'Untouched',
  ],
  ['that failed while it wrote', 'Failed', { phase: 'Failed', errorCode: 'StorageUnreachable', ...steps('check', 'fetch') }, 'Broken'],
  ['that failed while it wrote, and goes on elsewhere', 'Running', { phase: 'Failed', ...steps('check', 'fetch') }, 'Broken'],
  ['whose agent was lost', 'Failed', { phase: 'Failed', errorCode: 'AgentLost', ...steps() }, 'Broken'],
  ['whose agent never came', 'Failed', { phase: 'Failed', errorCode: 'AgentLost' }, 'Untouched'],
];
for (const [name, phase, host, fate] of cases)
  test(`A restore ${name}: ${fate}`, () => {
    assert.equal(hostFate({ status: { phase, stats: host === undefined ? [] : [{ hostname: 'host-0', ...host }] } }, 'host-0'), fate);
  });
