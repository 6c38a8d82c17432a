import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../runtime/log.ts';
import { applyBasics, configuration } from '../testing/manifests.ts';
import { operators } from '../testing/operators.ts';
import { scheduler } from './scheduler.ts';

const HOUR = 3_600_000;
/** From the beginning, which is at a quarter past ten, to the first tick. */
const QUARTERS = 45 * 60_000;
const newOperator = operators();

/** A configuration whose status says that it is ready, and the scheduler alone at work on it. */
async function ready(spec: object = {}) {
  const operator = await newOperator();
  const { store, clock, list, settle } = operator;
  await applyBasics(store);
  await store.create('BackupConfiguration', configuration('docs', spec));
  await settle();
  const key = { namespace: 'shop', name: 'docs' };
  const look = () =>
    scheduler('BackupConfiguration', operator.ctx()).reconcile(key, { signal: new AbortController().signal, clock, log: silentLogger() });
  const sessions = async () => (await list('BackupSession')).map(({ spec: { trigger, scheduledTime } }) => `${trigger} ${scheduledTime}`);
  return { ...operator, key, look, sessions };
}

test('a tick has its session at once; status and the event follow with the reconcile, and neither is there twice', async () => {
  const { clock, look, sessions, settle, list } = await ready();
  assert.deepEqual(await look(), { type: 'requeueAfter', ms: QUARTERS, why: 'the next tick' });
  assert.deepEqual(await sessions(), []);
  await clock.advance(QUARTERS);
  assert.deepEqual([await look(), await look()], [{ type: 'done' }, { type: 'done' }]);
  assert.deepEqual(await sessions(), ['Schedule 2026-11-22T11:00:00Z']);
  assert.equal((await list('Event')).filter(({ reason }) => reason === 'SessionCreated').length, 0);
  await settle();
  const told = (await list('Event')).filter(({ reason }) => reason === 'SessionCreated');
  assert.deepEqual(
    told.map(({ count }) => count),
    [1],
  );
  const [docs] = await list('BackupConfiguration');
  assert.equal(docs?.status?.execOps?.[0]?.lastCheckTime, '2026-11-22T11:00:00Z');
  assert.equal(docs?.status?.execOps?.[0]?.missed, 0);
  assert.equal((await sessions()).length, 1);
});

test('runs that were missed are left to the controller that counts them', async () => {
  const { clock, look, sessions, settle, list } = await ready();
  await clock.advance(3 * HOUR);
  await look();
  assert.deepEqual(await sessions(), []);
  await settle();
  assert.deepEqual(await sessions(), ['MissedRun 2026-11-22T13:00:00Z']);
  assert.equal((await list('BackupConfiguration'))[0]?.status?.execOps?.[0]?.missed, 3);
});

test('nothing is made of a spec that status does not know, of one that is paused, or of one that is not ready', async () => {
  const { store, clock, key, look, sessions, settle } = await ready();
  await clock.advance(QUARTERS);
  const edit = async (change: object) => {
    const now = await store.get('BackupConfiguration', key);
    assert.ok(now);
    await store.replace('BackupConfiguration', { ...now, spec: { ...now.spec, ...change } });
  };
  await edit({ paused: true });
  await look();
  await settle();
  await look();
  assert.deepEqual(await sessions(), []);
  await edit({ paused: false, timeOut: 'for ever' });
  await settle();
  await clock.advance(HOUR);
  await look();
  assert.deepEqual(await sessions(), []);
  assert.equal((await store.get('BackupConfiguration', key))?.status?.phase, 'Invalid');
});

test('a tick with jitter waits for its own moment, although status shows whole seconds', async () => {
  const { clock, look, sessions, list } = await ready({ jitter: '10m' });
  const next = Date.parse((await list('BackupConfiguration'))[0]?.status?.execOps?.[0]?.next ?? '');
  await clock.advance(next - clock.now().getTime());
  const result = await look();
  assert.deepEqual(await sessions(), []);
  assert.ok(result.type === 'requeueAfter' && result.ms > 0 && result.ms < 1000, JSON.stringify(result));
  await clock.advance(result.ms);
  await look();
  assert.deepEqual(await sessions(), ['Schedule 2026-11-22T11:00:00Z']);
});
