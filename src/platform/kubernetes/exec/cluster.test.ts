import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import { asStashError } from '../../../errors/error.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { soon } from '../../../store/conformance/fixture.ts';
import { openConnection } from '../../../store/kubernetes/connection.ts';
import { noCluster, type TestCluster, testCluster } from '../../../store/kubernetes/testing/cluster.ts';
import { clusterExec } from './exec.ts';

const IMAGE = process.env.STASH_E2E_SHELL_IMAGE ?? 'debian:bookworm-slim';

if (noCluster !== undefined) test('Commands in containers of a cluster', { skip: noCluster }, () => undefined);
else {
  let cluster: TestCluster;
  let namespace: string;
  const target = () => ({ kind: 'StatefulSet', namespace, name: 'app' });
  const exec = (command: string[], more: { container?: string; signal?: AbortSignal; through?: TestCluster['connection'] } = {}) => {
    const { through = cluster.connection, signal = AbortSignal.timeout(90_000), ...rest } = more;
    return clusterExec(through, systemClock)(target(), command, { namespace, signal, ...rest });
  };
  const failure = async (run: Promise<unknown>) => asStashError(await run.catch((thrown: unknown) => thrown));

  before(async () => {
    cluster = await testCluster();
    namespace = await cluster.newNamespace();
    const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
    await cluster.connection.send({ what: 'create the workload', method: 'POST', path, body: statefulSet() });
  });
  after(() => cluster.close());

  test('It waits for the pods, then runs in each of them, in order; output of both streams comes back', async () => {
    const ended = await exec(['sh', '-c', 'date +%s.%N >/tmp/when; echo "$HOSTNAME"; echo said >&2'], { container: 'main' });
    assert.equal(ended.exitCode, 0);
    assert.deepEqual(ended.output.trim().split('\n').sort(), ['app-1', 'said']);
    const when = async (ordinal: number) =>
      Number((await exec(['sh', '-c', `[ "$HOSTNAME" != app-${ordinal} ] || { cat /tmp/when; exit 1; }`], { container: 'main' })).output);
    assert.ok((await when(0)) < (await when(1)));
  });

  test('The first that fails ends it, and says where', async () => {
    const ended = await exec(['sh', '-c', 'echo no; exit 37'], { container: 'main' });
    assert.deepEqual(ended, { exitCode: 37, output: 'no\n', where: `container main of pod ${namespace}/app-0` });
  });

  test('Of much output the end is kept', async () => {
    const { output, exitCode } = await exec(['sh', '-c', 'head -c 20000000 /dev/zero | tr "\\0" x; echo the end; exit 3'], {
      container: 'main',
    });
    assert.equal(exitCode, 3);
    assert.ok(output.endsWith('xthe end\n'));
    assert.equal(Buffer.byteLength(output), 64 * 1024);
  });

  test('Arguments arrive as they are', async () => {
    const given = ['a b', '', '$HOME', 'ü&command=x', '"'];
    const { output } = await exec(['sh', '-c', 'for one; do printf "%s\\n" "$one"; done', 'name', ...given], { container: 'main' });
    assert.deepEqual(output.split('\n').slice(0, -1), given);
  });

  test('Another container can be named, and must be where nothing tells', async () => {
    assert.equal((await exec(['test', '-e', '/beside'], { container: 'beside' })).exitCode, 0);
    assert.match((await failure(exec(['true'], { container: 'nobody' }))).message, /"nobody" is no container of .* it has main, beside/);
    assert.match((await failure(exec(['true']))).message, /in which container/);
  });

  test('A program that is not there is a failure that names it', async () => {
    const error = await failure(
      exec(['no-such-program'], { container: 'main' }).then((ended) => Promise.reject(new Error(JSON.stringify(ended)))),
    );
    assert.match(error.message, /no-such-program/);
  });

  test('Without the right it is refused, with what to set', async () => {
    const through = await accountWithoutExec();
    const error = await failure(exec(['true'], { container: 'main', through }));
    await through.close();
    assert.equal(error.code, 'HookRefused');
    assert.match(error.message, new RegExp(`pods of namespace ${namespace} \\(pods/exec\\)`));
    assert.match(error.remedy, /hooks\.exec\.enabled=true/);
  });

  test('When it is stopped it ends at once', async () => {
    const stop = new AbortController();
    const running = failure(exec(['sh', '-c', 'touch /tmp/began; sleep 300'], { container: 'main', signal: stop.signal }));
    await soon(async () =>
      assert.equal((await exec(['test', '-e', '/tmp/began'], { container: 'main' })).where, `container main of pod ${namespace}/app-1`),
    );
    const from = performance.now();
    stop.abort();
    assert.match((await running).message, /may still run there/);
    assert.ok(performance.now() - from < 1_000);
  });

  test('A pod that goes in the middle ends it', async () => {
    const running = failure(
      exec(['sh', '-c', 'touch /tmp/dying; exec sleep 300'], { container: 'main' }).then((ended) =>
        Promise.reject(new Error(JSON.stringify(ended))),
      ),
    );
    await soon(async () => assert.match((await exec(['test', '-e', '/tmp/dying'], { container: 'main' })).where ?? '', /app-1$/));
    const path = `/api/v1/namespaces/${namespace}/pods/app-0`;
    await cluster.connection.send({ what: 'delete the pod', method: 'DELETE', path, query: { gracePeriodSeconds: 1 } });
    assert.match((await running).message, /did not tell how it ended|"exitCode":1(37|43)/);
    const replaced = await exec(['test', '-e', '/tmp/dying'], { container: 'main' });
    assert.match(replaced.where ?? '', /app-0$/, 'the next one waits for its successor');
  });

  async function accountWithoutExec() {
    const { connection } = cluster;
    const at = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await connection.send({ what: 'create an account', method: 'POST', path: at, body: { metadata: { name: 'reader' } } });
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
    const body = { metadata: { name: 'reader' }, roleRef, subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }] };
    await connection.send({ what: 'bind it', method: 'POST', path: `${rbac}/rolebindings`, body });
    const path = `${at}/reader/token`;
    const asked = { what: 'make a token', method: 'POST' as const, path, body: { spec: {} } };
    const { token } = (await connection.send<{ status: { token: string } }>(asked)).body.status;
    const own = await cluster.credentials.current();
    const { cert: _cert, key: _key, ...tls } = own.tls;
    const credentials = { ...cluster.credentials, current: async () => ({ headers: { authorization: `Bearer ${token}` }, tls }) };
    return openConnection({ credentials, clock: systemClock, userAgent: 'stash-test' });
  }
}

function statefulSet(): object {
  const container = (name: string, script: string) => ({
    name,
    image: IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', `${script}; trap 'exit 0' TERM; sleep infinity & wait`],
  });
  const labels = { app: 'app' };
  const spec: V1Pod['spec'] = {
    terminationGracePeriodSeconds: 2,
    containers: [container('main', ':'), container('beside', 'touch /beside')],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'app' },
    spec: {
      replicas: 2,
      serviceName: 'app',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}
