import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock } from '../../../runtime/clock.ts';
import { noCluster, type TestCluster, testCluster } from '../../../store/kubernetes/testing/cluster.ts';
import { tokenReview } from '../identity/review.ts';
import { TOKEN_AUDIENCE } from '../pods/agent-parts.ts';
import { type Authority, isFrom } from './authority.ts';
import { keepTrust, TRUST_SECRET } from './trust.ts';

const skip = noCluster ?? false;
let cluster: TestCluster | undefined;
const open = async () => (cluster ??= await testCluster());
after(() => cluster?.close());
const signal = new AbortController().signal;

test('leaders that begin at once end with one authority, which the namespace gets without its key', { skip }, async () => {
  const { connection, newNamespace } = await open();
  const namespace = await newNamespace();
  const leaders = [1, 2, 3].map(() => keepTrust({ connection, namespace, dnsNames: ['localhost'], clock: systemClock, signal }));
  await Promise.all(leaders.map((leader) => leader.renew()));
  const path = `/api/v1/namespaces/${namespace}`;
  const get = async (of: string) =>
    (
      await connection.send<{ metadata: { resourceVersion: string }; data: Record<string, string> }>({
        what: `read ${of}`,
        method: 'GET',
        path: `${path}/${of}`,
      })
    ).body;
  const secret = await get(`secrets/${TRUST_SECRET}`);
  const [authority, ...more] = JSON.parse(Buffer.from(secret.data['authorities.json'] ?? '', 'base64').toString()) as Authority[];
  assert.ok(authority !== undefined && more.length === 0);
  assert.ok(leaders.every((leader) => isFrom(leader.certificate().cert, authority)));
  for (const leader of leaders) await leader.publish(namespace);
  const published = await get('configmaps/stash-agent-ca');
  assert.deepEqual(published.data, { 'ca.crt': authority.cert });
  const later = keepTrust({ connection, namespace, dnsNames: ['localhost'], clock: systemClock, signal });
  await later.renew();
  await later.publish(namespace);
  assert.equal(
    (await get('configmaps/stash-agent-ca')).metadata.resourceVersion,
    published.metadata.resourceVersion,
    'nothing was written',
  );
});

test('a token is the pod it is bound to, until that is gone; tokens for others are nobody', { skip }, async () => {
  const { connection, newNamespace } = await open();
  const namespace = await newNamespace();
  const path = `/api/v1/namespaces/${namespace}`;
  const containers = [{ name: 'stash', image: 'nowhere.invalid/none' }];
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app' } };
  await connection.send({ what: 'make a ServiceAccount', method: 'POST', path: `${path}/serviceaccounts`, body: account });
  const pod = await connection.send<{ metadata: { uid: string } }>({
    what: 'make a Pod',
    method: 'POST',
    path: `${path}/pods`,
    body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'db-0' }, spec: { serviceAccountName: 'app', nodeName: 'none', containers } },
  });
  const { uid } = pod.body.metadata;
  const tokenFor = async (audience: string) => {
    const { body } = await connection.send<{ status: { token: string } }>({
      what: 'ask for a token',
      method: 'POST',
      path: `${path}/serviceaccounts/app/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: 600, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'db-0', uid } },
      },
    });
    return body.status.token;
  };
  const review = tokenReview(connection);
  const token = await tokenFor(TOKEN_AUDIENCE);
  assert.deepEqual(await review(token), { namespace, serviceAccount: 'app', pod: { name: 'db-0', uid } });
  assert.equal(await review(await tokenFor('somebody-else')), undefined);
  assert.equal(await review('nonsense'), undefined);
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
  await connection.send({ what: 'delete the Pod', method: 'DELETE', path: `${path}/pods/db-0`, body });
  // The API server may know a token for ten seconds after that.
  const deadline = systemClock.monotonic() + 30_000;
  while ((await review(token)) !== undefined) {
    assert.ok(systemClock.monotonic() < deadline, 'the token of a pod that is gone still opens');
    await systemClock.sleep(200);
  }
});
