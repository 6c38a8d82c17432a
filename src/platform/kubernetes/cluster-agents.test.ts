import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { StashError } from '../../errors/error.ts';
import type { OrderError } from '../../orders/report.ts';
import { silentLogger } from '../../runtime/log.ts';
import { testClock } from '../../runtime/test-clock.ts';
import type { ApiRequest, Connection } from '../../store/kubernetes/connection.ts';
import { clusterAgents } from './cluster-agents.ts';

const SIDECAR = 'pod/shop/db-0/stash';
const JOB = 'job/shop/stash-backup-files';

test('An agent that was heard of lately is not looked at, nor is a restore that waits for a gate', async () => {
  const world = worldOf({ busy: [SIDECAR, 'restore/shop/StatefulSet/db/host-0'], silence: 29_000 });
  await world.pass(60_000);
  assert.deepEqual([world.asked, world.said], [[], []]);
});

test('An agent whose pod is gone is lost', async () => {
  const world = worldOf({ busy: [SIDECAR] });
  await world.pass(5_000);
  assert.deepEqual(world.said, [`lost ${SIDECAR}: AgentLost pod shop/db-0 is gone`]);
});

test('An agent in a pod that is there is waited for', async () => {
  const world = worldOf({ busy: [SIDECAR], pod: podOf({ phase: 'Pending' }) });
  await world.pass(600_000);
  assert.deepEqual(world.said, []);
});

test('One that cannot start is given up after two minutes, with what the pod says', async () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  const pod = podOf({ phase: 'Pending', containerStatuses: [{ name: 'stash', state: { waiting } }] });
  const world = worldOf({ busy: [SIDECAR], pod });
  await world.pass(120_000);
  assert.deepEqual(world.said, []);
  await world.pass(10_000);
  assert.match(world.said[0] ?? '', /^refuse pod\S+: AgentLost the agent does not run: .*ImagePullBackOff; no such image/);
});

test('One whose claims get no volume is given up with what the claims say', async () => {
  const unbound = { type: 'PodScheduled', status: 'False', message: 'pod has unbound immediate PersistentVolumeClaims' };
  const pod = podOf({ phase: 'Pending', conditions: [unbound as never] }, ['bound', 'data']);
  const objects = {
    bound: { status: { phase: 'Bound' } },
    data: { status: { phase: 'Pending' } },
    events: {
      items: [
        { message: 'storageclass "fast" not found', lastTimestamp: '2026-11-22T10:01:00Z', metadata: {} },
        { message: 'older', lastTimestamp: '2026-11-22T10:00:00Z', metadata: {} },
      ],
    },
  };
  const world = worldOf({ busy: [JOB], pod, objects });
  await world.pass(10_000);
  assert.match(world.hindrances.at(-1) ?? '', /PersistentVolumeClaim data: storageclass "fast" not found$/, 'told at once');
  assert.deepEqual(world.said, []);
  await world.pass(120_000);
  assert.match(world.said[0] ?? '', /unbound immediate PersistentVolumeClaims; PersistentVolumeClaim data: storageclass "fast" not found$/);
});

test('One whose claim another agent has to itself waits until that one has ended, and only then for a while', async () => {
  const taken = { type: 'PodScheduled', status: 'False', message: '1 node has pod using PersistentVolumeClaim with the same name' };
  const holder = { ...podOf({ phase: 'Running' }, ['files']), metadata: { namespace: 'shop', name: 'stash-backup-x' } };
  const running = { ...holder, spec: { ...holder.spec, nodeName: 'n1' } } as V1Pod;
  const objects = { files: { spec: { accessModes: ['ReadWriteOncePod'] }, status: { phase: 'Bound' } } };
  const facts: Facts = { busy: [JOB], pod: podOf({ phase: 'Pending', conditions: [taken] }, ['files']), objects, agents: [running] };
  const world = worldOf(facts);
  await world.pass(1_000_000);
  assert.deepEqual(world.said, []);
  assert.match(
    world.hindrances.at(-1) ?? '',
    /^PersistentVolumeClaim shop\/files is ReadWriteOncePod, and pod stash-backup-x of Stash has it$/,
  );
  facts.agents = [{ ...running, status: { phase: 'Succeeded' } }];
  await world.pass(120_000);
  assert.deepEqual(world.said, []);
  await world.pass(10_000);
  assert.match(world.said[0] ?? '', /AgentLost the agent does not run: pod shop\/db-0 cannot be scheduled/);
});

test('One whose claim nobody of ours has, or any pod of a node may have, is given up', async () => {
  const taken = { type: 'PodScheduled', status: 'False', message: 'no node fits' };
  const holder = { ...podOf({ phase: 'Running' }, ['files']), metadata: { namespace: 'shop', name: 'stash-backup-x' } };
  const running = { ...holder, spec: { ...holder.spec, nodeName: 'n1' } } as V1Pod;
  for (const [mode, agents] of [
    ['ReadWriteOncePod', []],
    ['ReadWriteOncePod', [{ ...running, spec: { volumes: [] } } as unknown as V1Pod]],
    ['ReadWriteOnce', [running]],
  ] as const) {
    const objects = { files: { spec: { accessModes: [mode] }, status: { phase: 'Bound' } } };
    const pod = podOf({ phase: 'Pending', conditions: [taken] }, ['files']);
    const world = worldOf({ busy: [JOB], pod, objects, agents: [...agents] });
    await world.pass(130_000);
    assert.match(world.said[0] ?? '', /AgentLost the agent does not run: pod shop\/db-0 cannot be scheduled: no node fits/);
  }
});

test('Trouble is counted from when it began: one that was heard of meanwhile begins anew', async () => {
  const waiting = { reason: 'CrashLoopBackOff' };
  const facts = { busy: [SIDECAR], pod: podOf({ containerStatuses: [{ name: 'stash', state: { waiting } }] }), silence: 60_000 };
  const world = worldOf(facts);
  await world.pass(100_000);
  facts.silence = 1_000;
  await world.pass(5_000);
  facts.silence = 60_000;
  await world.pass(100_000);
  assert.deepEqual(world.said, []);
});

test('Trouble that comes late is given the same time to mend', async () => {
  const waiting = { reason: 'ErrImagePull' };
  const step = { name: 'dump-0', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting } };
  const facts: Facts = { busy: [JOB], once: { active: 1 }, pod: podOf({ phase: 'Pending' }) };
  const world = worldOf(facts);
  await world.pass(200_000);
  facts.pod = podOf({ phase: 'Pending', initContainerStatuses: [step] });
  await world.pass(115_000);
  facts.pod = podOf({ phase: 'Pending' });
  await world.pass(10_000);
  facts.pod = podOf({ phase: 'Pending', initContainerStatuses: [step] });
  await world.pass(115_000);
  assert.deepEqual(world.said, []);
  await world.pass(15_000);
  assert.match(world.said[0] ?? '', /AgentLost the agent does not run: container dump-0 of pod shop\/db-0: ErrImagePull/);
});

test('An agent that says nothing for five minutes in a pod that runs is lost, however long it did not run yet', async () => {
  const facts: Facts = { busy: [JOB], once: { active: 1 }, pod: podOf({ phase: 'Pending' }) };
  const world = worldOf(facts);
  await world.pass(600_000);
  facts.pod = podOf({ phase: 'Running' });
  await world.pass(300_000);
  assert.deepEqual(world.said, []);
  await world.pass(10_000);
  assert.match(world.said[0] ?? '', /AgentLost the agent was not heard of for 5 minutes: pod shop\/db-0/);
});

test('A Job that nobody hears of is made, once its namespace can trust the operator', async () => {
  const world = worldOf({ busy: [JOB] });
  await world.pass(5_000);
  assert.deepEqual(world.asked.slice(-3), ['trust shop', 'GET stash-backup-files', 'POST jobs']);
});

test('A Job that the API server refuses is refused to who ordered it; one that cannot be asked for is tried again', async () => {
  const forbidden = worldOf({ busy: [JOB], refusal: 'Forbidden' });
  await forbidden.pass(5_000);
  assert.deepEqual(forbidden.said, [`refuse ${JOB}: Forbidden not today`]);
  const away = worldOf({ busy: [JOB], refusal: 'StoreUnavailable' });
  await away.pass(10_000);
  assert.deepEqual(away.said, []);
  assert.equal(away.asked.filter((one) => one === 'POST jobs').length, 2);
});

test('An order asks for its Job at once; a sidecar nobody has to make', async () => {
  const world = worldOf({ busy: [] });
  world.agents.ensure(SIDECAR);
  world.agents.ensure(JOB);
  world.agents.ensure(JOB);
  await world.pass(1);
  assert.deepEqual(world.asked, ['trust shop', 'GET stash-backup-files', 'POST jobs']);
});

test('A Job that runs once is not made anew: what its step said is told, without secrets', async () => {
  const failed = { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] };
  const terminated = { exitCode: 3, message: 'cannot log in\nwith hunter22\n' };
  const step = { name: 'dump-0', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } };
  const world = worldOf({ busy: [JOB], once: failed, pod: podOf({ phase: 'Failed', initContainerStatuses: [step] }) });
  await world.pass(5_000);
  assert.deepEqual(world.said, [`refuse ${JOB}: FunctionFailed step dump-0 ended with exit code 3: cannot log in / with ***`]);
  assert.ok(!world.asked.some((one) => /^(?:POST|DELETE)/.test(one)));
});

test('One whose step fails after long is told of when its Job has ended, and is not removed with what it said', async () => {
  const terminated = { exitCode: 3, message: 'cannot log in' };
  const step = { name: 'dump-0', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } };
  const facts: Facts = { busy: [JOB], once: { active: 1 }, pod: podOf({ phase: 'Pending' }) };
  const world = worldOf(facts);
  await world.pass(200_000);
  facts.pod = podOf({ phase: 'Failed', initContainerStatuses: [step] });
  await world.pass(200_000);
  assert.deepEqual(world.said, []);
  facts.once = { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] };
  await world.pass(5_000);
  assert.deepEqual(world.said, [`refuse ${JOB}: FunctionFailed step dump-0 ended with exit code 3: cannot log in`]);
  assert.ok(!world.asked.some((one) => /^(?:POST|DELETE)/.test(one)));
});

test('One whose step cannot be started is ended before its order fails, so that it cannot start later', async () => {
  const waiting = { reason: 'ImagePullBackOff' };
  const step = { name: 'dump-0', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting } };
  const world = worldOf({ busy: [JOB], once: { active: 1 }, pod: podOf({ phase: 'Pending', initContainerStatuses: [step] }) });
  await world.pass(130_000);
  assert.ok(world.asked.includes('DELETE stash-backup-files'));
  assert.match(world.said[0] ?? '', /AgentLost the agent does not run: container dump-0 of pod shop\/db-0: ImagePullBackOff/);
});

test('One whose agent is away is ended before its order fails, and not made again while that is not yet known', async () => {
  const facts: Facts = { busy: [JOB], once: { active: 1 }, pod: podOf({ phase: 'Running' }) };
  const world = worldOf(facts);
  await world.pass(310_000);
  assert.deepEqual(
    world.asked.filter((one) => one.startsWith('DELETE')),
    ['DELETE stash-backup-files'],
  );
  assert.match(world.said[0] ?? '', /AgentLost the agent was not heard of for 5 minutes/);
  const asked = world.asked.length;
  world.agents.ensure(JOB);
  await world.pass(60_000);
  assert.deepEqual([world.said.length, world.asked.length], [1, asked]);
});

test('One that runs still is waited for', async () => {
  const world = worldOf({ busy: [JOB], once: { active: 1 } });
  await world.pass(60_000);
  assert.deepEqual(world.said, []);
});

interface Facts {
  busy: string[];
  /** Never heard of when absent. */
  silence?: number;
  pod?: V1Pod;
  /** Pods of other agents. */
  agents?: V1Pod[];
  /** Answers by the last part of their path. */
  objects?: Record<string, object>;
  /** The Job runs once, and is as this says. */
  once?: V1Job['status'];
  /** How the API server answers who makes a Job. */
  refusal?: ErrorCode;
}

function worldOf(facts: Facts) {
  const [asked, said]: [string[], string[]] = [[], []];
  const hindrances: (string | undefined)[] = [];
  const clock = testClock();
  const stop = new AbortController();
  const note = (what: string) => (agent: string, error: OrderError) => said.push(`${what} ${agent}: ${error.code} ${error.message}`);
  const send = async ({ method, path, query }: ApiRequest) => {
    asked.push(`${method} ${path.split('/').at(-1)}`);
    const ofAgents = String(query?.labelSelector).startsWith('app.kubernetes.io/component=');
    if (path.endsWith('/pods') && ofAgents) return { status: 200, body: { items: facts.agents ?? [] } };
    if (path.endsWith('/pods')) return { status: 200, body: { items: facts.pod === undefined ? [] : [facts.pod] } };
    if (path.includes('/pods/') && facts.pod !== undefined) return { status: 200, body: facts.pod };
    const object = facts.objects?.[path.split('/').at(-1) ?? ''];
    if (object !== undefined) return { status: 200, body: object };
    if (method === 'GET' && facts.once !== undefined) return { status: 200, body: { metadata: {}, status: facts.once } };
    if (method === 'GET') throw new StashError('NotFound', 'nothing there');
    if (facts.refusal !== undefined) throw new StashError(facts.refusal, 'not today');
    return { status: 201, body: {} };
  };
  const agents = clusterAgents({
    connection: { send } as unknown as Connection,
    desk: {
      busyAgents: () => facts.busy,
      silence: () => facts.silence,
      hindered: (_agent, why) => void hindrances.push(why),
      refuse: note('refuse'),
      lost: note('lost'),
    },
    jobOf: (key) => (key.type === 'job' ? jobOf(key.namespace, key.job, facts.once !== undefined) : undefined),
    redact: (agent, text) => (agent === JOB ? text.replaceAll('hunter22', '***') : text),
    publishTrust: async (namespace) => void asked.push(`trust ${namespace}`),
    clock,
    log: silentLogger(),
    signal: stop.signal,
  });
  void agents.watch();
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 5_000) {
      await clock.advance(Math.min(left, 5_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { agents, asked, said, hindrances, pass };
}

function podOf(status: object, claims: string[] = []): V1Pod {
  const volumes = claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }));
  return { metadata: { namespace: 'shop', name: 'db-0' }, spec: { volumes }, status } as V1Pod;
}

function jobOf(namespace: string, name: string, once: boolean): V1Job {
  return { metadata: { namespace, name }, ...(once ? { spec: { backoffLimit: 0, template: {} } } : {}) };
}
