import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { ExecOpStatus } from '../../api/invoker-status.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { invokerStatus } from './status.ts';

const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;
const repository = 'demo/repo';
const logs = { from: at(0), to: at(4), gtidFrom: '0-1-1', gtidTo: '0-1-4', timeline: '0a1b2c3d', repository };
const newest = { from: at(5), to: at(5), gtidTo: '0-1-5', repository };

function statusAfter(until: string) {
  const object = {
    kind: 'BackupConfiguration',
    metadata: { namespace: 'demo', name: 'db', generation: 1 },
    spec: { repository: { name: 'repo' }, target: { ref: { kind: 'AppBinding', name: 'db' } } },
    status: { recoverable: [newest, logs] },
  } as unknown as BackupConfiguration;
  const host = { target: 'demo/AppBinding/db', host: 'db', timeline: '0a1b2c3d', gtid: '0-1-6', until };
  const line: ExecOpStatus = {
    alias: 'log',
    state: 'Scheduled',
    logs: [{ ...host, repositories: [{ name: repository, archivedTo: until, lastUpload: until }] }],
  };
  const { conditions } = invokerStatus(object, invokerOf(object), { phase: 'Ready', ready: true, conditions: [] }, [line], at(6));
  return conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
}

test('the window is open again as soon as logs have come past the newest backup, and not at the next look into the repository', () => {
  assert.deepEqual(statusAfter(at(4)), ['RecoverableWindowOpen False NoLogs']);
  assert.deepEqual(statusAfter(at(6)), ['RecoverableWindowOpen True LogsGoOn']);
});
