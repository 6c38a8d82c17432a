import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Deployment, V1DeploymentStatus, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { isServing, whyNot } from './readiness.ts';
import { CHECK_CONTAINER } from './server.ts';

const UP: V1DeploymentStatus = { observedGeneration: 3, replicas: 1, updatedReplicas: 1, readyReplicas: 1 };
const deployment = (status: V1DeploymentStatus, replicas = 1): V1Deployment => ({
  metadata: { name: 'server', namespace: 'shop', generation: 3 },
  spec: { replicas, selector: {}, template: {} },
  status,
});
const pod = (status: V1PodStatus, metadata = {}): V1Pod => ({ metadata: { name: 'server-x', namespace: 'shop', ...metadata }, status });

const SERVING: [what: string, of: V1Deployment, serving: boolean][] = [
  ['up', deployment(UP), true],
  ['not looked at since it was changed', deployment({ ...UP, observedGeneration: 2 }), false],
  ['still another', deployment({ ...UP, updatedReplicas: 0 }), false],
  ['being replaced', deployment({ ...UP, replicas: 2 }), false],
  ['not ready', deployment({ ...UP, readyReplicas: 0 }), false],
  ['not wanted', deployment(UP, 0), false],
  ['new', deployment({}), false],
];
for (const [what, of, serving] of SERVING)
  test(`a server that is ${what} ${serving ? 'serves' : 'does not serve'}`, () => assert.equal(isServing(of), serving));

const DOWN = { observedGeneration: 3 };
const waiting = (reason: string, message = '') => [
  { name: 'rclone', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting: { reason, message } } },
];
const checked = (message: string, exitCode = 1) => [
  {
    name: CHECK_CONTAINER,
    image: '',
    imageID: '',
    ready: false,
    restartCount: 1,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode, message } },
  },
];
const unbound = { type: 'PodScheduled', status: 'False', message: 'pod has unbound immediate PersistentVolumeClaims' };
const quota = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' };

const WHY: [what: string, of: V1Deployment, pods: V1Pod[], forMs: number, said: RegExp, final: boolean][] = [
  ['just made', deployment({}), [], 0, /is being started/, false],
  ['without a pod for a while', deployment(DOWN), [], 80_000, /has no pod yet/, true],
  ['being started', deployment(DOWN), [pod({ phase: 'Pending' })], 1000, /is being started$/, false],
  ['being started for long', deployment(DOWN), [pod({ phase: 'Pending' })], 80_000, /75 s; its volume may not be there/, true],
  ['not to be scheduled, for a moment', deployment(DOWN), [pod({ conditions: [unbound] })], 1000, /unbound/, false],
  ['not to be scheduled', deployment(DOWN), [pod({ conditions: [unbound] })], 20_000, /unbound/, true],
  [
    'without an image',
    deployment(DOWN),
    [pod({ containerStatuses: waiting('ErrImagePull', 'no such image') })],
    20_000,
    /no such image/,
    true,
  ],
  [
    'not allowed to write',
    deployment(DOWN),
    [pod({ initContainerStatuses: checked('belongs to user 0\n') })],
    1,
    /^belongs to user 0$/,
    true,
  ],
  ['killed while it looked', deployment(DOWN), [pod({ initContainerStatuses: checked('', 137) })], 1, /CrashLoopBackOff/, false],
  ['refused', deployment({ ...DOWN, conditions: [quota] }), [], 20_000, /exceeded quota/, true],
  ['turned off by somebody', deployment(DOWN, 0), [], 1, /replicas: 0/, true],
  ['ending', deployment(DOWN), [pod({ conditions: [unbound] }, { deletionTimestamp: new Date(0) })], 20_000, /has no pod yet/, false],
];
for (const [what, of, pods, forMs, said, final] of WHY)
  test(`a server that is ${what} says so${final ? ', and is not waited for' : ''}`, () => {
    const why = whyNot({ deployment: of, pods, forMs });
    assert.match(why.text, said);
    assert.equal(why.final, final);
  });
