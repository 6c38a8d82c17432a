import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_HISTORY, type SidecarHistory } from './contested.ts';
import { decideSidecar } from './decide.ts';
import { inject } from './inject.ts';
import { filesSidecar, patchOf, SETTINGS, webDeployment } from './testing/workloads.ts';
import type { WantedSidecar } from './wanted.ts';
import type { Workload } from './workload.ts';

const plain = withUid(webDeployment());
const attached = ownedBy('stash', inject(plain, patchOf(plain, [filesSidecar()]).patch));
const ATTACHED: SidecarHistory = { uid: 'u1', attached: true, removals: [] };

function withUid(workload: Workload, uid = 'u1'): Workload {
  return { ...workload, metadata: { ...workload.metadata, uid } };
}

/** As the API server would show it. */
function ownedBy(manager: string, workload: Workload, more: object = {}): Workload {
  const fieldsV1 = {
    'f:spec': { 'f:template': { 'f:metadata': { 'f:annotations': { 'f:stash.appscode.com/sidecar': {} } }, 'f:spec': more } },
  };
  return { ...workload, metadata: { ...workload.metadata, managedFields: [{ manager, operation: 'Apply', fieldsV1 }] } };
}

function decide(workload: Workload, { wanted = [filesSidecar()], history = NO_HISTORY, minute = 0, ...more }: Partial<Given> = {}) {
  const now = `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`;
  return decideSidecar({ workload, wanted, settings: SETTINGS, history, now, ...more });
}

interface Given {
  wanted: WantedSidecar[];
  history: SidecarHistory;
  minute: number;
  settings: typeof SETTINGS;
  upgrade: boolean;
}

const edited = [filesSidecar({ env: [{ name: 'A', value: 'b' }] })];
const without = (container: string): Workload => {
  const spec = attached.spec.template.spec ?? { containers: [] };
  const initContainers = (spec.initContainers ?? []).filter(({ name }) => name !== container);
  return { ...attached, spec: { ...attached.spec, template: { ...attached.spec.template, spec: { ...spec, initContainers } } } };
};
const owned = (workload: Workload): Workload => {
  const owner = { apiVersion: 'k8s.mariadb.com/v1', kind: 'MariaDB', name: 'db', uid: 'u', controller: true };
  return { ...workload, metadata: { ...workload.metadata, ownerReferences: [owner] } };
};
const going = { ...plain, metadata: { ...plain.metadata, deletionTimestamp: '2026-03-01T10:00:00Z' as unknown as Date } };
const newer = { ...SETTINGS, image: 'stash/stash:2' };

const cases: { name: string; workload: Workload; given?: Partial<Given>; is: string }[] = [
  { name: 'a workload without it', workload: plain, is: 'Apply' },
  { name: 'one that has it', workload: attached, is: 'Nothing' },
  { name: 'one that has it, of an older operator', workload: attached, given: { settings: newer }, is: 'Nothing' },
  { name: 'the same, to be upgraded', workload: attached, given: { settings: newer, upgrade: true }, is: 'Apply' },
  { name: 'one that is upgraded already', workload: attached, given: { upgrade: true }, is: 'Nothing' },
  { name: 'something else is wanted', workload: attached, given: { wanted: edited }, is: 'Apply' },
  { name: 'a container is missing', workload: without('stash-gate'), is: 'Apply' },
  { name: 'an old container is left', workload: attached, given: { wanted: [filesSidecar({ container: 'other' })] }, is: 'Apply' },
  { name: 'nothing is wanted', workload: attached, given: { wanted: [] }, is: 'Remove' },
  { name: 'nothing is wanted, nothing is there', workload: plain, given: { wanted: [] }, is: 'Nothing' },
  { name: 'a workload of another controller', workload: owned(plain), is: 'Refuse' },
  { name: 'one whose controller was given it', workload: owned(ownedBy('mariadb-operator', attached)), is: 'Nothing' },
  { name: 'one that is going', workload: going, is: 'Nothing' },
  { name: 'GitOps printed it', workload: ownedBy('argocd', attached), is: 'Nothing' },
  { name: 'GitOps printed it and nothing is wanted', workload: ownedBy('argocd', attached), given: { wanted: [] }, is: 'Nothing' },
  { name: 'GitOps printed another', workload: ownedBy('argocd', attached), given: { wanted: edited }, is: 'Refuse' },
  {
    name: 'GitOps printed it for an older operator',
    workload: ownedBy('argocd', attached),
    given: { settings: newer, upgrade: true },
    is: 'Nothing',
  },
];
for (const { name, workload, given, is } of cases)
  test(`Decided for ${name}: ${is}`, () => {
    assert.equal(decide(workload, given).do, is);
  });

test('Our init containers are placed before the others, whose names are given back', () => {
  const waiting = withUid(webDeployment({}, { initContainers: [{ name: 'wait', image: 'x' }] }));
  const decision = decide(waiting);
  assert.ok(decision.do === 'Apply');
  assert.deepEqual(
    decision.patches.map((patch) => patch.spec.template.spec.initContainers.map(({ name }) => name)),
    [
      ['stash-install', 'stash-gate', 'stash', 'wait'],
      ['stash-install', 'stash-gate', 'stash'],
    ],
  );
  const { patch } = patchOf(waiting, [filesSidecar()]);
  const owns = (...names: string[]) =>
    ownedBy('stash', inject(waiting, patch), { 'f:initContainers': Object.fromEntries(names.map((name) => [`k:{"name":"${name}"}`, {}])) });
  assert.equal(decide(owns('stash', 'wait')).do, 'Apply', 'the second step is made up for');
  assert.equal(decide(owns('stash')).do, 'Nothing');
});

test('Taken out three times within ten minutes it is left out, until the request is edited', () => {
  let history = ATTACHED;
  const seen: string[] = [];
  for (const minute of [1, 3, 8, 9]) {
    const decision = decide(plain, { history, minute });
    seen.push(decision.do);
    // Looked at once more before it is taken out again.
    history = decision.do === 'Apply' ? decide(attached, { history: decision.history, minute }).history : decision.history;
  }
  assert.deepEqual(seen, ['Apply', 'Apply', 'Contested', 'Contested']);
  assert.deepEqual(decide(plain, { history: NO_HISTORY }).do, 'Apply');
  assert.deepEqual(decide(attached, { history, minute: 20 }).history.removals, [], 'it is back: settled');
  assert.deepEqual(decide(withUid(plain, 'u2'), { history, minute: 20 }).do, 'Apply', 'a new workload');
});

test('Removals far from each other are no contest', () => {
  let history = ATTACHED;
  for (const minute of [1, 12, 23, 34, 45]) {
    const decision = decide(plain, { history, minute });
    assert.equal(decision.do, 'Apply');
    history = { ...decision.history, attached: true };
  }
});

test('What could not be applied, or is wanted anew, was not taken out', () => {
  const failed = decide(plain, { history: ATTACHED, minute: 1 });
  assert.deepEqual(decide(plain, { history: failed.history, minute: 2 }).history.removals.length, 1);
  assert.deepEqual(decide(attached, { history: ATTACHED, wanted: edited }).history.removals, []);
});
