import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { deployChart } from '../harness/release.ts';

test('beside AppsCode Stash the chart is refused, with what was found, unless it is told to take over', async (t) => {
  const namespace = await ownNamespace(t);
  const labels = { app: 'other' };
  // Its pods never start: the name of its image is what tells.
  const containers = [{ name: 'operator', image: 'registry.invalid/stashed/stash-enterprise:v1' }];
  const template = { metadata: { labels }, spec: { containers } };
  const spec = { replicas: 0, selector: { matchLabels: labels }, template };
  await apply(namespace, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'other' }, spec });
  await assert.rejects(deployChart(), new RegExp(`AppsCode Stash is in this cluster \\(Deployment ${namespace}/other\\).*takeOver=true`));
  await deployChart('takeOver=true');
});
