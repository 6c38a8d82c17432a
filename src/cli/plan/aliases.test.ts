import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import type { ExecOp } from '../../api/operations.ts';
import { StashError } from '../../errors/error.ts';
import { aliasPlans } from './aliases.ts';
import type { LineBinding } from './line-bindings.ts';
import { upcomingRuns } from './upcoming.ts';

const NOW = new Date('2026-11-22T10:05:00Z');

/** As the functions of a database, physical or by dumps, are bound. */
const both = { supports: ['Full', 'Incremental', 'Role', 'Log'] };
const fullOnly = { supports: ['Full'] };

test('without a word from the operator it is said what runs, what is paused, and what no bound function can do', () => {
  const execOps: ExecOp[] = [
    { alias: 'full', schedule: '@daily' },
    { alias: 'incremental', schedule: '*/15' },
    { alias: 'log', schedule: '* * * * *' },
    { alias: 'restoreTask', schedule: '0 */2' },
    { alias: 'weekly', type: 'Full', schedule: '@weekly', paused: true },
    { alias: 'never', type: 'Full' },
    { alias: 'nightly', schedule: '@daily' },
  ];
  const told = (supports: LineBinding) =>
    aliasPlans(configuration({ execOps }), new Map(execOps.map(({ alias }) => [alias, supports]))).map(
      ({ alias, operation, understood, would }) => [alias, operation, understood, would],
    );
  assert.deepEqual(told(both), [
    ['full', 'Full', '0 0 * * *', 'run'],
    ['incremental', 'Incremental', '*/15 * * * *', 'run'],
    ['log', 'Log', '* * * * *', 'run'],
    ['restoreTask', 'RestoreTest', '0 */2 * * *', 'NotSupportedYet'],
    ['weekly', 'Full', '0 0 * * 0', 'paused'],
    ['never', 'Full', undefined, 'nothing'],
    ['nightly', 'Incremental', '0 0 * * *', 'run'],
  ]);
  assert.deepEqual(told(fullOnly), [
    ['full', 'Full', '0 0 * * *', 'run'],
    ['incremental', 'Incremental', '*/15 * * * *', 'NotSupportedYet'],
    ['log', 'Log', '* * * * *', 'NotSupportedYet'],
    ['restoreTask', 'RestoreTest', '0 */2 * * *', 'NotSupportedYet'],
    ['weekly', 'Full', '0 0 * * 0', 'paused'],
    ['never', 'Full', undefined, 'nothing'],
    ['nightly', 'Full', '0 0 * * *', 'run'],
  ]);
});

test('what cannot be bound is told with the remedy, scheduled or not; what cannot be told is left to the operator', () => {
  const spec = { execOps: [{ alias: 'incremental', schedule: '*/15' }, { alias: 'full' }] };
  const refused = new StashError('FunctionNotFound', 'spec.task: there is no Function or Task "dumpp"', { remedy: 'Name another.' });
  const plans = aliasPlans(
    configuration(spec),
    new Map([
      ['incremental', { refused }],
      ['full', { refused }],
    ]),
  );
  for (const { would, why } of plans)
    assert.deepEqual([would, why], ['Invalid', 'spec.task: there is no Function or Task "dumpp". Name another.']);
  assert.deepEqual(
    aliasPlans(configuration(spec), new Map()).map(({ would }) => would),
    ['run', 'nothing'],
  );
});

test('what the operator said of the present spec goes first; what it said of an older one does not count', () => {
  const spec = { execOps: [{ alias: 'full', schedule: '@daily' }] };
  const status = { observedGeneration: 2, execOps: [{ alias: 'full', state: 'Invalid' as const, message: 'no task' }] };
  const [seen] = aliasPlans({ ...configuration(spec), status }, new Map());
  assert.deepEqual([seen?.would, seen?.why], ['Invalid', 'no task']);
  const [stale] = aliasPlans({ ...configuration(spec), status: { ...status, observedGeneration: 1 } }, new Map());
  assert.equal(stale?.would, 'run');
});

test('a schedule that cannot be understood is told, and has no runs', () => {
  const plans = aliasPlans(configuration({ execOps: [{ alias: 'full', schedule: '0 0 31 2 *' }] }), new Map());
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
    new Map(),
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
