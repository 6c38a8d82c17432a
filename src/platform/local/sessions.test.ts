import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BackupSession } from '../../api/backup-session.ts';
import { type Machine, machine } from './testing/machine.ts';
import { batch, configuration, host, localRepository, secret, session } from './testing/manifests.ts';
import { quickRepository } from './testing/repository.ts';

let stash: Machine;
let data: string;
const asked: { method: string; url: string; body: string }[] = [];
const server = createServer(async (request, response) => {
  const body = (await request.toArray()).join('');
  asked.push({ method: request.method ?? '', url: request.url ?? '', body });
  response.writeHead(request.url === '/no' ? 500 : 200).end();
});
let port: number;

before(async () => {
  stash = await machine();
  quickRepository(join(stash.dir, 'repository'));
  data = join(stash.dir, 'docs');
  mkdirSync(data);
  writeFileSync(join(data, 'file'), 'content');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  await stash.apply(secret('secret'), localRepository('repo', join(stash.dir, 'repository')), configuration('docs', 'repo', [data]));
  await stash.up();
});
after(async () => {
  server.close();
  await stash.dispose();
});

const sessionsOf = async (invoker: string) => (await stash.store.list('BackupSession')).filter((one) => one.spec.invoker.name === invoker);
const outcome = ({ status }: BackupSession) => `${status?.phase} ${status?.reason}`;

test('a paused configuration makes no session by itself, and runs when it is asked to', async () => {
  const yearly = { execOps: [{ alias: 'full', schedule: '0 0 1 1 *' }], paused: true };
  await stash.apply(configuration('paused', 'repo', [data], yearly));
  const { status } = await stash.until('BackupConfiguration', 'paused', 'judged', (one) => one?.status?.execOps?.[0]?.state !== undefined);
  assert.equal(status?.execOps?.[0]?.state, 'Paused');
  await stash.apply(session('by-hand', 'paused'));
  assert.equal((await stash.backedUp('by-hand')).status?.phase, 'Succeeded');
  assert.equal((await sessionsOf('paused')).length, 1);
});

test('scheduled sessions of one alias that wait become one run; those asked for by hand each get their own', async () => {
  const held = stash.restic.hold('backup');
  await stash.apply(session('holds', 'docs'));
  await held.reached();
  for (const name of ['tick-1', 'tick-2', 'tick-3']) await stash.apply(session(name, 'docs', { trigger: 'Schedule' }));
  for (const name of ['hand-1', 'hand-2']) await stash.apply(session(name, 'docs', { trigger: 'Manual' }));
  const ticks = ['tick-2', 'tick-3'];
  for (const name of ticks) assert.equal(outcome(await stash.backedUp(name)), 'Skipped Coalesced');
  held.release();
  for (const name of ['holds', 'tick-1', 'hand-1', 'hand-2']) assert.equal((await stash.backedUp(name)).status?.phase, 'Succeeded', name);
});

test('beyond the history limit old sessions go, never the newest that succeeded', async () => {
  await stash.apply(configuration('short', 'repo', [data], { backupHistoryLimit: 1 }));
  const labels = { 'stash.appscode.com/invoker-type': 'BackupConfiguration', 'stash.appscode.com/invoker-name': 'short' };
  for (const name of ['old-1', 'old-2']) {
    const manifest = session(name, 'short');
    await stash.apply({ ...manifest, metadata: { ...manifest.metadata, labels } });
    assert.equal((await stash.backedUp(name)).status?.phase, 'Succeeded');
  }
  await stash.gone('BackupSession', 'old-1');
  assert.deepEqual(
    (await sessionsOf('short')).map((one) => one.metadata.name),
    ['old-2'],
  );
});

test('a failed session is repeated after the delay, as often as it says, and each names the one it repeats', async () => {
  await stash.apply(
    configuration('again', 'repo', [join(stash.dir, 'nothing')], { backupHistoryLimit: 5, retryConfig: { maxRetry: 1, delay: '2s' } }),
  );
  const { stdout } = await stash.stash('backup', 'again', '-o', 'name');
  const name = stdout.trim().split('/').at(-1) ?? '';
  const first = await stash.until('BackupSession', name, 'retried', (one) => one?.status?.retried === true);
  const [second, ...others] = (await sessionsOf('again')).filter((one) => one.metadata.name !== name);
  assert.deepEqual(others, []);
  assert.equal(second?.spec.retryOf, name);
  const waited = Date.parse(second.metadata.creationTimestamp ?? '') - Date.parse(first.status?.endTime ?? '');
  assert.ok(waited >= 2000, `${waited} ms`);
  assert.equal(outcome(await stash.backedUp(second.metadata.name)), 'Failed PathNotFound');
  assert.equal((await sessionsOf('again')).length, 2);
});

test('hooks of every kind run around the backup, with what happened filled in', async () => {
  const place = { host: '127.0.0.1', port };
  const post = { httpPost: { ...place, path: '/done', body: '{{ .Name }} {{ .Status.Phase }}' }, executionPolicy: 'OnSuccess' };
  const hooks = { preBackup: { httpGet: { ...place, path: '/before' } }, postBackup: post };
  await stash.apply(configuration('hooks', 'repo', [data], { hooks }), session('hooks', 'hooks'));
  assert.equal((await stash.backedUp('hooks')).status?.phase, 'Succeeded');
  assert.deepEqual(asked.splice(0), [
    { method: 'GET', url: '/before', body: '' },
    { method: 'POST', url: '/done', body: 'hooks Succeeded' },
  ]);
});

for (const [kind, hook] of [
  ['exec', { exec: { command: ['sh', '-c', 'echo no quorum; exit 3'] } }],
  ['httpGet', { httpGet: { host: '127.0.0.1', path: '/no', port: 0 } }],
  ['tcpSocket', { tcpSocket: { host: '127.0.0.1', port: 1 } }],
] as const) {
  test(`a preBackup hook (${kind}) that fails ends the session before anything is read`, async () => {
    const name = `pre-${kind.toLowerCase()}`;
    const preBackup = 'httpGet' in hook ? { httpGet: { ...hook.httpGet, port } } : hook;
    stash.restic.forgetCalls();
    await stash.apply(configuration(name, 'repo', [data], { hooks: { preBackup } }), session(name, name));
    const ended = await stash.backedUp(name);
    assert.equal(outcome(ended), 'Failed HookFailed');
    if (kind === 'exec') assert.match(ended.status?.message ?? '', /status 3: no quorum/);
    assert.ok(!stash.restic.calls().includes('backup'));
  });
}

test('a postBackup hook runs as its executionPolicy says', async () => {
  const log = join(stash.dir, 'policies');
  const given = { Succeeded: data, Failed: join(stash.dir, 'nothing') };
  const names: string[] = [];
  writeFileSync(log, '');
  for (const policy of ['Always', 'OnSuccess', 'OnFailure', 'OnFinalRetryFailure'])
    for (const [phase, path] of Object.entries(given)) {
      const name = `${policy}-${phase}`.toLowerCase();
      const hooks = { postBackup: { exec: { command: ['sh', '-c', `echo ${policy} ${phase} >> ${log}`] }, executionPolicy: policy } };
      await stash.apply(configuration(name, 'repo', [path], { hooks }), session(name, name));
      names.push(name);
    }
  for (const name of names) await stash.backedUp(name);
  assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n').sort(), [
    'Always Failed',
    'Always Succeeded',
    'OnFailure Failed',
    'OnFinalRetryFailure Failed',
    'OnSuccess Succeeded',
  ]);
});

for (const executionOrder of ['Parallel', 'Sequential']) {
  test(`a batch (${executionOrder}) with a member that fails stores the others and fails, naming it`, async () => {
    const name = executionOrder.toLowerCase();
    const log = join(stash.dir, `${name}.log`);
    const global = { preBackup: { exec: { command: ['sh', '-c', `echo before >> ${log}`] } } };
    const member = (one: string, path: string) => ({ target: host(`${name}-${one}`, [path]) });
    const members = [member('a', data), member('broken', join(stash.dir, 'nothing')), member('c', data)];
    await stash.apply(batch(name, 'repo', { members, executionOrder, hooks: global }), session(name, name, {}, 'BackupBatch'));
    const ended = await stash.backedUp(name);
    assert.equal(outcome(ended), 'Failed PathNotFound');
    assert.match(ended.status?.message ?? '', new RegExp(`1 of 3 hosts failed; Host/${name}-broken`));
    assert.deepEqual(
      ended.status?.targets?.map((target) => target.phase),
      ['Succeeded', 'Failed', 'Succeeded'],
    );
    assert.equal(readFileSync(log, 'utf8'), 'before\n');
    const times = ended.status?.targets?.map((target) => target.stats?.[0]) ?? [];
    if (executionOrder === 'Sequential') assert.ok((times[2]?.startTime ?? '') >= (times[0]?.endTime ?? '~'), JSON.stringify(times));
  });
}
