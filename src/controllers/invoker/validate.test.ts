import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyBasics, configuration } from '../testing/manifests.ts';
import { operators } from '../testing/operators.ts';

const operator = operators(({ store }) => applyBasics(store));

async function support(execOps: object[]): Promise<string> {
  const { store, settle } = await operator();
  await store.create('BackupConfiguration', configuration('docs', { execOps }));
  await settle();
  const { status } = (await store.get('BackupConfiguration', { namespace: 'shop', name: 'docs' })) ?? {};
  const { reason, message } = status?.conditions?.find(({ type }) => type === 'EverythingSupported') ?? {};
  return `${status?.phase} ${reason}: ${message}`;
}

test('an alias that never runs is named in EverythingSupported; the others run', async () => {
  const full = { alias: 'full', schedule: '@daily' };
  assert.equal(await support([full]), 'Ready Supported: everything in the spec is acted on');
  assert.equal(
    await support([full, { alias: 'restoreTest', schedule: '@daily' }, { alias: 'log', schedule: '@hourly' }]),
    'Ready NotSupportedYet: accepted, and nothing acts on it yet: alias "restoreTest" (RestoreTest), alias "log" (Log)',
  );
});
