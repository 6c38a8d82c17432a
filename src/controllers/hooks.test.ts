import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyBasics, batch, configuration, restoreBatchOf, restoreOf, sessionOf } from './testing/manifests.ts';
import { Crash, type TestOperator } from './testing/operator.ts';
import { operators } from './testing/operators.ts';
import type { ScriptedAgents } from './testing/scripted-agents.ts';

const HOUR = 3_600_000;
const LOST = { code: 'DestinationFull', message: 'no room', remedy: '' };
const newOperator = operators();

/** With a backup of each of these hosts. */
async function operator(...hosts: string[]): Promise<TestOperator> {
  const one = await newOperator();
  await applyBasics(one.store);
  for (const host of hosts) await one.store.create('BackupConfiguration', configuration(host));
  await one.settle();
  await one.clock.advance(HOUR);
  await one.settle();
  for (const host of hosts) await one.store.delete('BackupConfiguration', { namespace: 'shop', name: host });
  await one.settle();
  return one;
}

const hook = (...command: string[]) => ({ exec: { command } });
/** Agents that note which task of which host they begin beside the hooks, and fail restores of these hosts. */
function noting({ hooks }: TestOperator, ...failing: string[]): ScriptedAgents['script'] {
  return ({ task }) => {
    if (task.type !== 'Backup' && task.type !== 'Restore') return 'Succeeded';
    const host = task.type === 'Backup' ? task.host : task.sourceHost;
    hooks.ran.push(`${task.type} ${host}`);
    return failing.includes(host) ? LOST : 'Succeeded';
  };
}
const restored = async ({ list }: TestOperator) => (await list('RestoreSession'))[0];
const condition = (status: { conditions?: { type: string; status: string }[] } | undefined, type: string) =>
  status?.conditions?.find((one) => one.type === type)?.status;

for (const [policy, runs] of Object.entries({
  Always: { Succeeded: true, Failed: true },
  OnSuccess: { Succeeded: true, Failed: false },
  OnFailure: { Succeeded: false, Failed: true },
}))
  for (const [phase, expected] of Object.entries(runs))
    test(`a postRestore hook with ${policy} ${expected ? 'runs' : 'does not run'} when the restore has ${phase}`, async () => {
      const one = await operator('docs');
      one.agents.script = noting(one, ...(phase === 'Failed' ? ['docs'] : []));
      const postRestore = { ...hook('post', '{{ .Status.Phase }} {{ .Status.Error }}'), executionPolicy: policy };
      await one.store.create('RestoreSession', restoreOf('back', 'docs', { hooks: { preRestore: hook('pre'), postRestore } }));
      await one.settle();
      const { status } = (await restored(one)) ?? {};
      assert.equal(status?.phase, phase, status?.message);
      const post = phase === 'Failed' ? 'post Failed no room' : 'post Succeeded';
      assert.deepEqual(one.hooks.ran, ['pre', 'Restore docs', ...(expected ? [post] : [])]);
      assert.equal(condition(status, 'PreRestoreHookExecutionSucceeded'), 'True');
      assert.equal(condition(status, 'PostRestoreHookExecutionSucceeded'), expected ? 'True' : undefined);
    });

test('a preRestore hook that fails ends the restore before anything is touched', async () => {
  const one = await operator('docs');
  one.agents.script = noting(one);
  one.hooks.failing.add('pre');
  const hooks = { preRestore: hook('pre'), postRestore: hook('post') };
  await one.store.create('RestoreSession', restoreOf('back', 'docs', { hooks }));
  await one.settle();
  const { status } = (await restored(one)) ?? {};
  assert.deepEqual([status?.phase, status?.reason], ['Failed', 'HookFailed']);
  assert.deepEqual(one.hooks.ran, ['pre']);
});

test('a postRestore hook that fails makes the restore fail, and never hides what the restore itself failed with', async () => {
  for (const [failing, reason] of [
    [[], 'HookFailed'],
    [['docs'], 'DestinationFull'],
  ] as const) {
    const one = await operator('docs');
    one.agents.script = noting(one, ...failing);
    one.hooks.failing.add('post');
    await one.store.create('RestoreSession', restoreOf('back', 'docs', { hooks: { postRestore: hook('post') } }));
    await one.settle();
    const { status } = (await restored(one)) ?? {};
    assert.deepEqual([status?.phase, status?.reason], ['Failed', reason]);
    assert.deepEqual(one.hooks.ran, ['Restore docs', 'post']);
    assert.equal(condition(status, 'PostRestoreHookExecutionSucceeded'), 'False');
  }
});

const around = (name: string) => ({ hooks: { preRestore: hook(`pre-${name}`), postRestore: hook(`post-${name}`) } });

test("the hooks of a RestoreBatch run around those of its members, and a member's around its restore", async () => {
  const one = await operator('a', 'b');
  one.agents.script = noting(one);
  const spec = { executionOrder: 'Sequential', ...around('batch') };
  await one.store.create('RestoreBatch', restoreBatchOf('all', { a: around('a'), b: around('b') }, spec));
  await one.settle();
  const [all] = await one.list('RestoreBatch');
  assert.equal(all?.status?.phase, 'Succeeded', all?.status?.message);
  assert.deepEqual(one.hooks.ran, ['pre-batch', 'pre-a', 'Restore a', 'post-a', 'pre-b', 'Restore b', 'post-b', 'post-batch']);
});

test('a preRestore hook of a RestoreBatch that fails ends it before any member begins', async () => {
  const one = await operator('a');
  one.agents.script = noting(one);
  one.hooks.failing.add('pre-batch');
  await one.store.create('RestoreBatch', restoreBatchOf('all', { a: around('a') }, around('batch')));
  await one.settle();
  const [all] = await one.list('RestoreBatch');
  assert.deepEqual([all?.status?.phase, all?.status?.reason], ['Failed', 'HookFailed']);
  assert.deepEqual(one.hooks.ran, ['pre-batch']);
  assert.deepEqual(await one.list('RestoreSession'), []);
});

test('a RestoreBatch of which a member failed says so to its postRestore hook, and names the member even if that hook fails', async () => {
  const one = await operator('a', 'b');
  one.agents.script = noting(one, 'a');
  one.hooks.failing.add('post');
  const postRestore = { ...hook('post', '{{ .Status.Phase }} {{ .Status.Error }}'), executionPolicy: 'OnFailure' };
  await one.store.create('RestoreBatch', restoreBatchOf('all', { a: {}, b: {} }, { hooks: { postRestore } }));
  await one.settle();
  const [all] = await one.list('RestoreBatch');
  assert.deepEqual([all?.status?.phase, all?.status?.reason], ['Failed', 'DestinationFull']);
  assert.match(all?.status?.message ?? '', /^Host\/a: DestinationFull: no room/);
  assert.match(one.hooks.ran.at(-1) ?? '', /^post Failed Host\/a: DestinationFull/);
  assert.equal(condition(all?.status, 'GlobalPostRestoreHookSucceeded'), 'False');
});

test('after a batch every postBackup hook that is due runs, also when one before it fails', async () => {
  const one = await operator();
  one.agents.script = noting(one);
  one.hooks.failing.add('post-a');
  const of = (name: string) => ({ hooks: { preBackup: hook(`pre-${name}`), postBackup: hook(`post-${name}`, '{{ .Status.Phase }}') } });
  const spec = { execOps: [{ alias: 'full' }], executionOrder: 'Sequential', ...of('batch') };
  await one.store.create('BackupBatch', batch('all', { a: of('a'), b: of('b') }, spec));
  await one.store.create('BackupSession', sessionOf('now', { kind: 'BackupBatch', name: 'all' }, { alias: 'full' }));
  await one.settle();
  const [session] = await one.list('BackupSession');
  assert.deepEqual([session?.status?.phase, session?.status?.reason], ['Failed', 'HookFailed']);
  assert.match(session?.status?.message ?? '', /post-a is broken/);
  const before = ['pre-batch', 'pre-a', 'pre-b', 'Backup a', 'Backup b'];
  assert.deepEqual(one.hooks.ran, [...before, 'post-a Succeeded', 'post-b Succeeded', 'post-batch Failed']);
});

for (const failing of ['pre', 'post'])
  test(`a ${failing}Backup hook that failed stays failed, wherever the operator is killed around it`, async () => {
    for (let writes = 0, crashed = true; crashed; writes++) {
      const one = await operator();
      one.agents.script = noting(one);
      one.hooks.failing.add(failing);
      const hooks = { preBackup: hook('pre'), postBackup: hook('post') };
      await one.store.create('BackupConfiguration', configuration('docs', { hooks, execOps: [{ alias: 'full' }] }));
      await one.store.create('BackupSession', sessionOf('now', { name: 'docs' }));
      one.crashAfter(writes);
      crashed = await one.settle().then(
        () => false,
        (error: unknown) => error instanceof Crash,
      );
      await one.restart();
      // What waits a moment before it looks again.
      for (let minute = 0; minute < 3; minute++) {
        await one.clock.advance(60_000);
        await one.settle();
      }
      const at = `crash before write ${writes}`;
      const [session] = await one.list('BackupSession');
      assert.deepEqual([session?.status?.phase, session?.status?.reason], ['Failed', 'HookFailed'], at);
      assert.equal(one.hooks.ran.includes('Backup docs'), failing === 'post', at);
      assert.ok(one.hooks.ran.filter((name) => name === failing).length <= 2, `${at}: ${one.hooks.ran.join()}`);
      assert.ok(writes < 100);
    }
  });
