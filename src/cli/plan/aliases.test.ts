import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { aliasPlans } from './aliases.ts';
import { upcomingRuns } from './upcoming.ts';

const NOW = new Date('2026-11-22T10:05:00Z');

test('without a word from the operator the obvious is said: what runs, what is paused, what is not built yet', () => {
  const plans = aliasPlans(
    configuration({
      execOps: [
        { alias: 'full', schedule: '@daily' },
        { alias: 'incremental', schedule: '*/15' },
        { alias: 'restoreTask', schedule: '0 */2' },
        { alias: 'weekly', type: 'Full', schedule: '@weekly', paused: true },
        { alias: 'never', type: 'Full' },
      ],
    }),
  );
  assert.deepEqual(
    plans.map(({ alias, operation, understood, would }) => [alias, operation, understood, would]),
    [
      ['full', 'Full', '0 0 * * *', 'run'],
      ['incremental', 'Incremental', '*/15 * * * *', 'NotSupportedYet'],
      ['restoreTask', 'RestoreTest', '0 */2 * * *', 'NotSupportedYet'],
      ['weekly', 'Full', '0 0 * * 0', 'paused'],
      ['never', 'Full', undefined, 'nothing'],
    ],
  );
});

test('what the operator said of the present spec goes first; what it said of an older one does not count', () => {
  const spec = { execOps: [{ alias: 'full', schedule: '@daily' }] };
  const status = { observedGeneration: 2, execOps: [{ alias: 'full', state: 'Invalid' as const, message: 'no task' }] };
  const [seen] = aliasPlans({ ...configuration(spec), status });
  assert.deepEqual([seen?.would, seen?.why], ['Invalid', 'no task']);
  const [stale] = aliasPlans({ ...configuration(spec), status: { ...status, observedGeneration: 1 } });
  assert.equal(stale?.would, 'run');
});

test('a schedule that cannot be understood is told, and has no runs', () => {
  const plans = aliasPlans(configuration({ execOps: [{ alias: 'full', schedule: '0 0 31 2 *' }] }));
  assert.equal(plans[0]?.would, 'Invalid');
  assert.match(plans[0]?.why ?? '', /never runs/);
  assert.deepEqual(upcomingRuns(plans, NOW, 5), []);
});

test('the runs of all aliases come in the order of their times', () => {
  const plans = aliasPlans(
    configuration({
      timeZone: 'Europe/Berlin',
      execOps: [
        { alias: 'full', schedule: '30 11 * * *' },
        { alias: 'hourly', type: 'Full', schedule: '@hourly' },
      ],
    }),
  );
  assert.deepEqual(
    upcomingRuns(plans, NOW, 3).map(({ time, plan }) => [time.toISOString(), plan.alias]),
    [
      ['2026-11-22T10:30:00.000Z', 'full'],
      ['2026-11-22T11:00:00.000Z', 'hourly'],
      ['2026-11-22T12:00:00.000Z', 'hourly'],
    ],
  );
});

function configuration(spec: Partial<BackupConfiguration['spec']>): BackupConfiguration {
  return {
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupConfiguration',
    metadata: { name: 'orders-db', namespace: 'shop', generation: 2 },
    spec: {
      driver: 'Restic',
      backupHistoryLimit: 1,
      repository: { name: 'repo' },
      target: { ref: { apiVersion: 'appcatalog.appscode.com/v1alpha1', kind: 'AppBinding', name: 'orders-db' } },
      ...spec,
    },
  };
}
