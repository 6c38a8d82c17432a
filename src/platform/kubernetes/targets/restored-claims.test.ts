import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StashError } from '../../../errors/error.ts';
import type { WantedClaim } from '../../../rules/claim-templates.ts';
import type { ApiRequest, Connection } from '../../../store/kubernetes/connection.ts';
import { checkClaims, keepClaims, nodeOfClaims } from './restored-claims.ts';

const wanted = (name: string): WantedClaim => ({
  name,
  labels: { app: 'db' },
  annotations: {},
  spec: { accessModes: ['ReadWriteOnce'] },
  mounts: [{ mountPath: '/data' }],
});

test('claims that are not there are made as the templates say, and no other is written', async () => {
  const server = serverOf({ 'data-0': {} });
  const kept = await keepClaims(server.connection, 'shop', [wanted('data-0'), wanted('data-1')]);
  assert.deepEqual(server.written, [
    {
      method: 'POST',
      query: {},
      body: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { namespace: 'shop', name: 'data-1', labels: { app: 'db' }, annotations: {} },
        spec: { accessModes: ['ReadWriteOnce'] },
      },
    },
  ]);
  assert.deepEqual(
    kept.map(({ metadata }) => metadata?.name),
    ['data-0', 'data-1'],
  );
});

test('before anything is made the API server is shown the claims of the first host, and those that are there are looked at', async () => {
  const server = serverOf({});
  await checkClaims(server.connection, 'shop', [[wanted('data-0')], [wanted('data-1')]]);
  assert.deepEqual(
    server.written.map(({ query, body }) => [query, (body as { metadata: { name: string } }).metadata.name]),
    [[{ dryRun: 'All' }, 'data-0']],
  );
  await assert.rejects(checkClaims(serverOf({}, 'Invalid').connection, 'shop', [[wanted('data-0')]]), { code: 'Invalid' });
});

const unusable: [name: string, found: object, says: RegExp][] = [
  ['is being deleted', { metadata: { deletionTimestamp: '2026-11-22T10:00:00Z' } }, /shop\/data-0 is being deleted/],
  ['has lost its volume', { status: { phase: 'Lost' } }, /shop\/data-0 has lost its volume/],
  ['is a block device', { spec: { volumeMode: 'Block' } }, /shop\/data-0 has volumeMode Block/],
];
for (const [name, found, says] of unusable)
  test(`a claim that ${name} is not restored into`, async () => {
    const { connection } = serverOf({ 'data-0': found });
    await assert.rejects(checkClaims(connection, 'shop', [[wanted('data-0')]]), says);
    await assert.rejects(keepClaims(connection, 'shop', [wanted('data-0')]), says);
  });

const nodes: [name: string, users: Record<string, string>, modes: string[], node: string | RegExp | undefined][] = [
  ['that nobody uses, anywhere', {}, ['ReadWriteOnce'], undefined],
  ['where the pod of one of them is', { b: 'n2' }, ['ReadWriteOnce'], 'n2'],
  ['that many nodes may have, anywhere', { a: 'n1', b: 'n2' }, ['ReadWriteMany'], undefined],
  ['on two nodes, nowhere', { a: 'n1', b: 'n2' }, ['ReadWriteOnce'], /a on node n1 and claim b on node n2/],
  ['of one pod alone, nowhere', { a: 'n1' }, ['ReadWriteOncePod'], /ReadWriteOncePod, and pod a-pod has it/],
];
for (const [name, users, accessModes, node] of nodes)
  test(`claims are mounted together: those ${name}`, async () => {
    const claims = ['a', 'b'].map((claim) => ({ metadata: { namespace: 'shop', name: claim }, spec: { accessModes } }));
    const found = nodeOfClaims(serverOf({}, undefined, users).connection, claims, 'restore');
    if (node instanceof RegExp) await assert.rejects(found, node);
    else assert.equal(await found, node);
  });

/** `refused`: how a claim that is made is answered. `users`: the nodes of pods, by the claim they have. */
function serverOf(claims: Record<string, object>, refused?: 'Invalid', users: Record<string, string> = {}) {
  const written: Pick<ApiRequest, 'method' | 'query' | 'body'>[] = [];
  const pods = Object.entries(users).map(([claimName, nodeName]) => ({
    metadata: { name: `${claimName}-pod` },
    spec: { nodeName, volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
  }));
  const send = async ({ method, path, query, body }: ApiRequest) => {
    if (path.endsWith('/pods')) return { status: 200, body: { items: pods } };
    if (method !== 'GET') {
      if (refused !== undefined) throw new StashError(refused, 'no');
      written.push({ method, query: query ?? {}, body });
      return { status: 201, body };
    }
    const name = path.split('/').at(-1) ?? '';
    const found = claims[name] as { metadata?: object } | undefined;
    if (found === undefined) throw new StashError('NotFound', path);
    return { status: 200, body: { ...found, metadata: { namespace: 'shop', name, ...found.metadata } } };
  };
  return { connection: { send } as unknown as Connection, written };
}
