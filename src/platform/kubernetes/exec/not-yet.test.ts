import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { notYet } from './not-yet.ts';

const NOW = new Date('2026-03-01T10:10:00Z');
const pod = (status: Partial<V1ContainerStatus>, more: Partial<V1Pod['metadata']> = {}): V1Pod => ({
  metadata: { namespace: 'shop', name: 'db-0', ...more },
  spec: { containers: [{ name: 'mariadb' }] },
  status: { containerStatuses: [{ name: 'mariadb', ...status } as V1ContainerStatus] },
});
const running = (startedAt: string) => ({ running: { startedAt: startedAt as unknown as Date } });

const cases: [name: string, of: V1Pod | undefined, why: RegExp | undefined][] = [
  ['one that is ready can', pod({ ready: true, state: running('2026-03-01T10:09:59Z') }), undefined],
  [
    'one that has just started cannot yet',
    pod({ ready: false, state: running('2026-03-01T10:09:30Z') }),
    /mariadb of pod shop\/db-0 is not ready/,
  ],
  ['one that runs for a minute can, as it may wait for the hook', pod({ ready: false, state: running('2026-03-01T10:09:00Z') }), undefined],
  ['one behind its gate cannot', pod({ ready: false, state: { waiting: { reason: 'PodInitializing' } } }), /is not ready/],
  ['one that crashes says why', pod({ ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } }), /CrashLoopBackOff/],
  ['one that goes cannot', pod({ ready: true, state: running('2026-03-01T10:00:00Z') }, { deletionTimestamp: NOW }), /is being deleted/],
  ['one that is not there cannot', undefined, /pod shop\/db-0 is not there/],
];
for (const [name, of, why] of cases)
  test(`A command in a pod: ${name}`, () => {
    const said = notYet('shop', 'db-0', of, undefined, NOW);
    if (why === undefined) assert.equal(said, undefined);
    else assert.match(said ?? '', why);
  });
