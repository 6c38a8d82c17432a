import { test } from 'node:test';
import { KIND_NAMES } from '../../api/kinds.ts';
import { systemClock } from '../../runtime/clock.ts';
import { storeConformance } from '../conformance.ts';
import { openCachedStore } from './cached-store.ts';
import { openKubernetesStore } from './kubernetes-store.ts';
import { noCluster, testCluster } from './testing/cluster.ts';

if (noCluster !== undefined) test('Kubernetes store', { skip: noCluster }, () => undefined);
else {
  const cached = KIND_NAMES.filter((kind) => kind !== 'Secret' && kind !== 'Event');
  const timing = { clock: systemClock, random: Math.random };

  storeConformance('Kubernetes, read directly', async () => {
    const { connection, makeNamespace, close } = await testCluster();
    // Small pages, so that lists have several.
    const open = () => openKubernetesStore({ connection, ...timing, pageSize: 3 });
    return { store: open(), reopen: async () => open(), makeNamespace, close };
  });

  storeConformance('Kubernetes, read from a cache', async () => {
    const { connection, makeNamespace, close } = await testCluster();
    const open = () => openCachedStore({ connection, ...timing, pageSize: 3, kinds: cached });
    return { store: open(), reopen: async () => open(), makeNamespace, close };
  });
}
