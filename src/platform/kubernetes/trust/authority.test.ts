import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { connectOperator } from '../../../agent/client.ts';
import { isCode, StashError } from '../../../errors/error.ts';
import { createDesk } from '../../../orders/desk.ts';
import { PROTOCOL } from '../../../orders/protocol.ts';
import { serveDesk } from '../../../orders/server.ts';
import { type Authority, isFrom, issueServing, makeAuthority, termOf } from './authority.ts';
import { DAY_MS } from './terms.ts';

const now = new Date();
const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
const NAMES = ['stash-agents.stash.svc', 'localhost'];
const authority = await makeAuthority(now);
const directory = mkdtempSync(join(tmpdir(), 'stash-trust-'));
const [caFile, tokenFile] = [join(directory, 'ca.crt'), join(directory, 'token')];
/** As the kubelet does: the file becomes another one at once. */
const mount = (file: string, text: string) => {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
};
const bundle = (...authorities: Authority[]) => authorities.map(({ cert }) => cert).join('');

const desk = createDesk({
  now: () => now.toISOString(),
  epoch: 4,
  ensureAgent: () => undefined,
  notify: () => undefined,
  endedProcess: () => undefined,
});
let asked = 0;
let valid = 'first';
const server = await serveDesk(desk, {
  listen: { port: 0, host: 'localhost', certificate: await issueServing(authority, NAMES, now) },
  authenticate: async (token, agent) => {
    asked += 1;
    if (token !== valid) throw new StashError('TokenRefused', 'nobody knows this token');
    if (!agent.startsWith('pod/shop/')) throw new StashError('AgentNotAllowed', `it may not be ${agent}`);
  },
});
const url = `https://localhost:${server.port}`;
const client = connectOperator({ url, tokenFile, caFile });
const poll = (one = client, agent = 'pod/shop/db-0/stash', more = {}) =>
  one.poll({ protocol: PROTOCOL, agent, instance: 'i', reports: [], ended: [], waitMs: 0, ...more }, AbortSignal.timeout(10_000));
/** Everything as it should be. */
beforeEach(async () => {
  valid = 'first';
  mount(caFile, bundle(authority));
  mount(tokenFile, 'first\n');
  server.replaceCertificate(await issueServing(authority, NAMES, now));
});
after(async () => {
  await client.close();
  await server.close();
  rmSync(directory, { recursive: true });
});

test('an authority is valid for a year, and a certificate for 30 days but no longer than its authority', async () => {
  const cert = (await issueServing(authority, NAMES, now)).cert;
  const days = (pem: string) => Math.round((termOf(pem).notAfter.getTime() - now.getTime()) / DAY_MS);
  assert.deepEqual([days(authority.cert), days(cert)], [365, 30]);
  assert.equal(days((await issueServing(await makeAuthority(ago(350)), NAMES, now)).cert), 15);
  assert.ok(isFrom(cert, authority));
  assert.ok(!isFrom(cert, await makeAuthority(now)));
});

test('an agent that trusts the authority is answered', async () => {
  assert.equal((await poll()).epoch, 4);
});

test('the authority is rotated, the old one ends, and the agent goes on', async () => {
  const old = await makeAuthority(ago(364));
  mount(caFile, bundle(old));
  server.replaceCertificate(await issueServing(old, NAMES, now));
  await poll();
  const next = await makeAuthority(now);
  mount(caFile, bundle(old, next));
  await poll();
  server.replaceCertificate(await issueServing(next, NAMES, now));
  await poll();
  mount(caFile, bundle(next));
  await poll();
  mount(caFile, bundle(old));
  await assert.rejects(poll(), (error) => isCode(error, 'OperatorUntrusted'));
});

test('an order reaches an agent whose poll was held while the certificate was replaced', async () => {
  const held = poll(client, 'pod/shop/held/stash', { waitMs: 5_000 });
  while (desk.silence('pod/shop/held/stash') === undefined) await new Promise(setImmediate);
  server.replaceCertificate(await issueServing(authority, NAMES, now));
  const repository = { namespace: 'shop', name: 'repo', access: { url: '/none', env: {}, files: {}, flags: [] } };
  const task = { type: 'Probe' as const, repository, create: false };
  desk.give('pod/shop/held/stash', { id: 'one', epoch: 4, deadline: now.toISOString(), purpose: 'BackupSession/shop/one', task });
  assert.deepEqual(
    (await held).orders.map(({ id }) => id),
    ['one'],
  );
});

const refusals: [what: string, prepare: () => Promise<void>, says: RegExp][] = [
  ['of another authority', async () => mount(caFile, bundle(await makeAuthority(now))), /is not from the CA that is trusted here .*/],
  ['that has expired', async () => server.replaceCertificate(await issueServing(authority, NAMES, ago(60))), /has expired/],
  [
    'whose authority has expired',
    async () => {
      const old = await makeAuthority(ago(400));
      mount(caFile, bundle(old));
      server.replaceCertificate(await issueServing(old, NAMES, ago(200)));
    },
    /has expired/,
  ],
  [
    'for another name',
    async () => server.replaceCertificate(await issueServing(authority, ['elsewhere.example'], now)),
    /is for another name/,
  ],
  [
    'that is not valid yet',
    async () => server.replaceCertificate(await issueServing(authority, NAMES, new Date(now.getTime() + DAY_MS))),
    /is not valid yet/,
  ],
];
for (const [what, prepare, says] of refusals)
  test(`a server with a certificate ${what} gets no token, and the agent says why`, async () => {
    await prepare();
    const fresh = connectOperator({ url, tokenFile, caFile });
    const before = asked;
    await assert.rejects(
      poll(fresh),
      (error) => isCode(error, 'OperatorUntrusted') && says.test(error.message) && error.message.includes(url),
    );
    assert.equal(asked, before);
    await fresh.close();
  });

test('a token that was renewed is used at the next poll; the old one, and a key of another namespace, are refused', async () => {
  await poll();
  valid = 'second';
  await assert.rejects(poll(), (error) => isCode(error, 'TokenRefused'));
  mount(tokenFile, 'second');
  await poll();
  await assert.rejects(poll(client, 'pod/other/db-0/stash'), (error) => isCode(error, 'AgentNotAllowed'));
});

test('files that are not there yet, or hold no certificate, are named', async () => {
  rmSync(tokenFile);
  await assert.rejects(poll(), (error) => isCode(error, 'OperatorUnreachable') && error.message.includes(tokenFile));
  mount(tokenFile, 'first');
  mount(caFile, 'nothing of use');
  await assert.rejects(poll(), (error) => isCode(error, 'OperatorUntrusted'));
});

test('a run of the agent that was replaced hears so, also in a poll that is held', async () => {
  const agent = 'pod/shop/twice/stash';
  const held = poll(client, agent, { waitMs: 5_000, instance: 'old' });
  const refused = assert.rejects(held, (error) => isCode(error, 'AgentReplaced'));
  while (desk.silence(agent) === undefined) await new Promise(setImmediate);
  await poll(client, agent, { instance: 'new' });
  await refused;
  await assert.rejects(poll(client, agent, { instance: 'old' }), (error) => isCode(error, 'AgentReplaced'));
});
