import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { isCode, StashError } from '../../../errors/error.ts';
import { testClock } from '../../../runtime/test-clock.ts';
import type { ApiRequest } from '../../../store/kubernetes/connection.ts';
import { makeAuthority, termOf } from './authority.ts';
import { DAY_MS } from './terms.ts';
import { keepTrust } from './trust.ts';

const signal = new AbortController().signal;
type Answer = { status: number; body: unknown } | StashError;

/** Answers as the API server would, one after the other, and remembers what it was asked. */
function scripted(answers: Answer[]) {
  const asked: ApiRequest[] = [];
  const send = async <T>(request: ApiRequest): Promise<{ status: number; body: T }> => {
    asked.push(request);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`nothing is scripted for: ${request.what}`);
    if (answer instanceof StashError) throw answer;
    return answer as { status: number; body: T };
  };
  return { connection: { send }, asked, answers, what: () => asked.splice(0).map(({ what }) => what.split(' ').slice(0, 2).join(' ')) };
}
const OK = { status: 200, body: {} };
const NONE = new StashError('NotFound', 'there is no such Secret');
const secret = (authorities: object[], resourceVersion = '7') => ({
  status: 200,
  body: {
    metadata: { resourceVersion },
    data: { 'authorities.json': Buffer.from(JSON.stringify(authorities)).toString('base64') },
  },
});
const bundleOf = ({ body }: ApiRequest = { what: '', method: 'GET', path: '' }) =>
  (body as { data: Record<string, string> }).data['ca.crt'] ?? '';

function newTrust(answers: Answer[]) {
  const api = scripted(answers);
  const clock = testClock();
  const trust = keepTrust({ connection: api.connection, namespace: 'stash', dnsNames: ['stash-agents.stash.svc'], clock, signal });
  return { ...api, clock, trust };
}

test('the first leader makes the authority, and a namespace gets the bundle once', async () => {
  const { trust, asked, what } = newTrust([NONE, OK, OK]);
  assert.equal(await trust.renew(), true);
  await trust.publish('shop');
  assert.match(bundleOf(asked.at(-1)), /^-----BEGIN CERTIFICATE-----/);
  assert.doesNotMatch(JSON.stringify(asked.at(-1)?.body), /PRIVATE/);
  await trust.publish('shop');
  assert.deepEqual(what(), ['read Secret', 'create Secret', 'apply ConfigMap']);
  assert.match(trust.certificate().cert, /BEGIN CERTIFICATE/);
});

test('a server that is not this process gets a certificate for as long as the authority that signs', async () => {
  const { trust } = newTrust([NONE, OK]);
  await trust.renew();
  const signer = trust.signer();
  assert.equal(trust.signer().id, signer.id);
  const { cert } = await signer.issue(['server.shop.svc']);
  const known = new X509Certificate(cert);
  assert.equal(known.checkHost('server.shop.svc'), 'server.shop.svc');
  const [authority = ''] = trust.bundle().match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  assert.ok(known.verify(new X509Certificate(authority).publicKey));
  assert.deepEqual(termOf(cert).notAfter, termOf(authority).notAfter);
});

test('of two leaders that make one at once, the slower one takes over that of the other', async () => {
  const { trust, answers, clock, asked, what } = newTrust([]);
  const theirs = await makeAuthority(clock.now());
  answers.push(NONE, new StashError('AlreadyExists', 'it is there'), secret([theirs]), OK);
  await trust.renew();
  await trust.publish('shop');
  assert.equal(bundleOf(asked.at(-1)), theirs.cert);
  assert.deepEqual(what(), ['read Secret', 'create Secret', 'read Secret', 'apply ConfigMap']);
});

test('two leaders that rotate at once end with one new authority', async () => {
  const { trust, answers, clock, asked, what } = newTrust([]);
  const old = await makeAuthority(new Date(clock.now().getTime() - 250 * DAY_MS));
  const theirs = await makeAuthority(clock.now());
  answers.push(secret([old], '7'), new StashError('Conflict', 'somebody was quicker'), secret([old, theirs], '8'), OK);
  await trust.renew();
  await trust.publish('shop');
  assert.match(JSON.stringify(asked[1]?.body), /"resourceVersion":"7"/);
  assert.equal(bundleOf(asked.at(-1)), old.cert + theirs.cert);
  assert.deepEqual(what(), ['read Secret', 'update Secret', 'read Secret', 'apply ConfigMap']);
});

test('while nothing is due the bundle alone is put back; the certificate is renewed at two thirds, the authority later, and namespaces hear of it', async () => {
  const { trust, answers, clock, asked, what } = newTrust([]);
  const authority = await makeAuthority(clock.now());
  answers.push(secret([authority]), OK);
  await trust.renew();
  await trust.publish('shop');
  what();
  await clock.advance(10 * DAY_MS);
  answers.push(secret([authority]), OK);
  assert.equal(await trust.renew(), false);
  assert.deepEqual(what(), ['read Secret', 'apply ConfigMap']);
  await clock.advance(11 * DAY_MS);
  answers.push(secret([authority]), OK);
  const before = trust.certificate().cert;
  assert.equal(await trust.renew(), true);
  assert.ok(termOf(trust.certificate().cert).notAfter > termOf(before).notAfter);
  await clock.advance(230 * DAY_MS);
  answers.push(secret([authority]), OK, OK);
  await trust.renew();
  const bundle = bundleOf(asked.at(-1));
  assert.ok(bundle.startsWith(authority.cert) && bundle.length > authority.cert.length);
});

test('a namespace that is gone keeps nobody else from hearing of a new authority', async () => {
  const { trust, answers, clock, what } = newTrust([NONE, OK, OK, OK]);
  await trust.renew();
  await trust.publish('gone');
  await trust.publish('shop');
  what();
  await clock.advance(366 * DAY_MS);
  answers.push(NONE, OK, new StashError('NotFound', 'there is no namespace gone'), OK);
  await trust.renew();
  assert.equal(answers.length, 0);
});

test('a Secret that holds no authority is written anew, and an API server that cannot be reached is told of', async () => {
  const { trust, what } = newTrust([{ status: 200, body: { metadata: { resourceVersion: '7' }, data: { other: '' } } }, OK]);
  await trust.renew();
  assert.deepEqual(what(), ['read Secret', 'update Secret']);
  const away = newTrust([new StashError('StoreUnavailable', 'away')]);
  await assert.rejects(away.trust.renew(), (error) => isCode(error, 'StoreUnavailable'));
});
