import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, DATA } from '../harness/applications.ts';
import { configuration, inForce, repository, target } from '../harness/backup.ts';
import { apply, get, kubectl } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { sharedStorage } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

test('a sidecar that somebody took out of a workload is back within seconds, since the change itself wakes its configuration', async (t) => {
  const namespace = await ownNamespace(t);
  await repository(namespace, sharedStorage(namespace));
  await apply(namespace, application('Deployment', 'web'));
  await apply(namespace, configuration('web', { schedule: '0 1 1 1 *', target: target('Deployment', 'web', { paths: [DATA] }) }));
  await inForce(namespace, 'web', 'deployment/web');
  const template = async () => (await get('deployment', 'web', namespace))?.spec.template;
  const before = await template();
  assert.ok(before.spec.initContainers.length > 0);

  await kubectl([
    'patch',
    'deployment',
    'web',
    '--namespace',
    namespace,
    '--type=json',
    '--patch',
    '[{"op":"remove","path":"/spec/template/spec/initContainers"}]',
  ]);
  const back = (one: typeof before) => one.spec.initContainers?.length === before.spec.initContainers.length;
  assert.deepEqual((await waitFor('the sidecar is back', template, back, { seconds: 20 })).spec, before.spec);
  await kubectl(['rollout', 'status', 'deployment/web', '--namespace', namespace, '--timeout=90s']);
});
