import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode, StashError } from '../../../errors/error.ts';
import { clusterAuthenticate } from './authenticate.ts';
import { type Identity, identityOf, type TokenReviewStatus } from './identity.ts';
import { mayServe } from './may-serve.ts';

const POD = { 'authentication.kubernetes.io/pod-name': ['db-0'], 'authentication.kubernetes.io/pod-uid': ['u-1'] };
const good: TokenReviewStatus = {
  authenticated: true,
  audiences: ['stash'],
  user: { username: 'system:serviceaccount:shop:default', extra: POD },
};
const identity: Identity = { namespace: 'shop', serviceAccount: 'default', pod: { name: 'db-0', uid: 'u-1' } };

const reviews: [what: string, status: TokenReviewStatus, identity: Identity | undefined][] = [
  ['a token of a pod', good, identity],
  [
    'a token that is bound to no pod',
    { ...good, user: { username: 'system:serviceaccount:shop:default' } },
    { namespace: 'shop', serviceAccount: 'default' },
  ],
  ['a token that is not valid', { ...good, authenticated: false }, undefined],
  ['an empty answer', {}, undefined],
  ['a token for the API server', { ...good, audiences: ['https://kubernetes.default.svc'] }, undefined],
  [
    'a cluster that does not look at audiences',
    { authenticated: true, user: { username: 'system:serviceaccount:shop:default' } },
    undefined,
  ],
  ['a person', { ...good, user: { username: 'admin', extra: POD } }, undefined],
  ['a node', { ...good, user: { username: 'system:node:n1' } }, undefined],
  ['a name with more parts than there are', { ...good, user: { username: 'system:serviceaccount:a:b:c' } }, undefined],
];
for (const [what, status, expected] of reviews)
  test(`whose token it is: ${what}`, () => {
    assert.deepEqual(identityOf(status, 'stash'), expected);
  });

const own = { namespace: 'stash', serviceAccount: 'stash-agent' };
const maintenance: Identity = { namespace: 'stash', serviceAccount: 'stash-agent', pod: { name: 'stash-repository-1-x', uid: 'u' } };
const keys: [who: Identity, key: string, may: boolean][] = [
  [identity, 'pod/shop/db-0/stash', true],
  [identity, 'pod/shop/db-0/stash-second', true],
  [identity, 'pod/shop/db-1/stash', false],
  [identity, 'pod/other/db-0/stash', false],
  [identity, 'gate/shop/db-0', true],
  [identity, 'gate/shop/db-00', false],
  [identity, 'job/shop/db', true],
  [identity, 'job/shop/backup', false],
  [identity, 'job/other/db', false],
  [identity, 'repository/shop/gcs', false],
  [{ namespace: 'shop', serviceAccount: 'default' }, 'pod/shop/db-0/stash', false],
  [maintenance, 'repository/shop/gcs', true],
  [maintenance, 'pod/shop/db-0/stash', false],
  [{ ...maintenance, serviceAccount: 'default' }, 'repository/shop/gcs', false],
  [{ ...maintenance, namespace: 'shop' }, 'repository/shop/gcs', false],
  [maintenance, 'target/shop/x/y', false],
  [maintenance, '', false],
];
for (const [who, key, may] of keys)
  test(`${who.namespace}/${who.pod?.name ?? 'no pod'} as ${who.serviceAccount} ${may ? 'may' : 'may not'} be ${key || '(no key)'}`, () => {
    assert.equal(mayServe(who, key, own), may);
  });

function authenticator() {
  let now = 0;
  const asked: string[] = [];
  const answers = new Map<string, Identity | Error>([['good', identity]]);
  const review = async (token: string) => {
    asked.push(token);
    const answer = answers.get(token);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const authenticate = clusterAuthenticate({ review, own, clock: { monotonic: () => now } });
  const pass = (ms: number) => {
    now += ms;
  };
  return { authenticate, asked, answers, pass };
}
const KEY = 'pod/shop/db-0/stash';

test('the cluster is asked once a minute for a token, also by two polls at once', async () => {
  const { authenticate, asked, answers, pass } = authenticator();
  await Promise.all([authenticate('good', KEY), authenticate('good', KEY)]);
  pass(59_999);
  await authenticate('good', KEY);
  assert.deepEqual(asked, ['good']);
  answers.delete('good');
  pass(1);
  await assert.rejects(authenticate('good', KEY), (error) => isCode(error, 'TokenRefused'));
  assert.equal(asked.length, 2);
});

test('a refused token is asked for again after five seconds, and one that could not be asked for at once', async () => {
  const { authenticate, asked, answers, pass } = authenticator();
  const refused = () => assert.rejects(authenticate('new', KEY), (error) => isCode(error, 'TokenRefused'));
  await refused();
  pass(4_999);
  await refused();
  assert.equal(asked.length, 1);
  pass(1);
  answers.set('new', identity);
  await authenticate('new', KEY);
  answers.set('other', new StashError('StoreUnavailable', 'the API server is away'));
  await assert.rejects(authenticate('other', KEY), (error) => isCode(error, 'StoreUnavailable'));
  answers.set('other', identity);
  await authenticate('other', KEY);
});

test('a token that is known opens no key but its own', async () => {
  const { authenticate } = authenticator();
  await assert.rejects(
    authenticate('good', 'pod/other/db-0/stash'),
    (error) => isCode(error, 'AgentNotAllowed') && /pod shop\/db-0 may not be the agent pod\/other\/db-0\/stash/.test(error.message),
  );
});

test('what is kept is bounded', async () => {
  const { authenticate, asked } = authenticator();
  await authenticate('good', KEY);
  for (let number = 0; number < 20_000; number++) await authenticate(`guess ${number}`, KEY).catch(() => undefined);
  await authenticate('good', KEY);
  assert.equal(asked.filter((token) => token === 'good').length, 2, 'it was the oldest');
});
