import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { BackupSession, BackupSessionStatus } from '../api/backup-session.ts';
import { ANNOTATIONS, type RepositoryRequest } from '../api/names.ts';
import type { Repository } from '../api/repository.ts';
import { systemClock } from '../runtime/clock.ts';
import { takeExclusive } from '../runtime/exclusive.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type CliProcess, cliProcess } from './testing/cli-process.ts';
import { DOCS } from './testing/manifests.ts';

/** Here the test stands in for `stash up`: it holds its lock and writes what controllers would write. */
let stash: CliProcess;
let store: Store;
let release: () => void;

before(async () => {
  stash = await cliProcess();
  assert.equal((await stash.run(['apply', '-f', '-'], { stdin: DOCS })).code, 0);
  const lock = takeExclusive(join(stash.dataDir, 'operator.lock'), { pid: process.pid, startTime: '2026-11-22T10:00:00Z' });
  assert.ok(lock.taken);
  release = lock.release;
  store = openSqliteStore({ file: join(stash.dataDir, 'store.db'), clock: systemClock, newUid: randomUUID });
});
after(async () => {
  release();
  await store.close();
  await stash.dispose();
});

test('backup --wait prints the summary and ends well when the session does', async () => {
  const waiting = stash.run(['backup', 'docs', '--alias', 'full', '--wait']);
  const session = await nextSession();
  await setStatus(session, { phase: 'Running', startTime: '2026-11-22T10:00:00Z' });
  await setStatus(session, {
    phase: 'Succeeded',
    operation: { requested: 'Incremental', performed: 'Full', reason: 'NoSnapshot' },
    targets: STORED,
  });
  const ended = await waiting;
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /Phase: +Succeeded/);
  assert.match(ended.stdout, /Operation: +Full \(asked for Incremental: NoSnapshot\)/);
  assert.match(ended.stdout, /1a2b3c4d +default\/local-repo +\/etc +2\.567 KiB/);
  assert.equal(ended.stderr, '', 'no progress where no terminal is');
});

test('a session that fails ends the command with 5, code, message and remedy', async () => {
  const waiting = stash.run(['backup', 'docs', '--alias', 'full', '--wait', '--json']);
  const session = await nextSession();
  const host = {
    hostname: 'host-0',
    phase: 'Failed' as const,
    error: 'cannot open config',
    errorCode: 'WrongPassword',
    remedy: 'Correct it.',
  };
  await setStatus(session, { phase: 'Failed', targets: [{ phase: 'Failed', stats: [host] }] });
  const ended = await waiting;
  assert.equal(ended.code, 5);
  const { error } = JSON.parse(ended.stderr);
  assert.deepEqual([error.code, error.remedy], ['WrongPassword', 'Correct it.']);
  assert.match(error.message, /ended Failed: host-0: cannot open config/);
});

test('a wait that takes too long ends with 7 and leaves the session alone', async () => {
  const waiting = stash.run(['backup', 'docs', '--alias', 'full', '--wait', '--timeout', '300ms']);
  const session = await nextSession();
  const ended = await waiting;
  assert.equal(ended.code, 7);
  assert.match(ended.stderr, /It goes on \(Pending\); look at it with/);
  assert.notEqual(await store.get('BackupSession', { namespace: 'default', name: session.metadata.name }), undefined);
});

test('Ctrl-C ends the waiting, not the session, and says how to look at it', async () => {
  const child = stash.start(['backup', 'docs', '--alias', 'full', '--wait']);
  const stderr = text(child.stderr);
  const session = await nextSession();
  await setStatus(session, { phase: 'Running' });
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 130);
  assert.match(
    await stderr,
    /^stopped waiting for BackupSession \S+\. It goes on \((Pending|Running)\); look at it with .*"stash logs \S+ -f"\.\n$/,
  );
  assert.equal((await store.get('BackupSession', { namespace: 'default', name: session.metadata.name }))?.status?.phase, 'Running');
});

test('check asks the operator and ends as its answer says', async () => {
  for (const [phase, code] of [
    ['Succeeded', 0],
    ['Failed', 5],
  ] as const) {
    const waiting = stash.run(['check', 'local-repo', '--read-data']);
    const { repository, request } = await nextRequest();
    assert.deepEqual([request.action, request.options], ['Check', { readData: true }]);
    const answer = { id: request.id, action: 'Check' as const, phase, message: 'looked at it', time: '2026-11-22T10:00:00Z' };
    await store.replaceStatus('Repository', { ...repository, status: { requests: [answer] } });
    const ended = await waiting;
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stdout + ended.stderr, /Check of local-repo: looked at it/);
  }
});

test('unlock --dry-run shows who holds the locks and what would happen', async () => {
  const repository = await theRepository();
  const lock = {
    id: 'abcdef0123456789',
    hostname: 'elsewhere',
    pid: 7,
    exclusive: false,
    time: new Date().toISOString(),
    firstSeen: new Date().toISOString(),
  };
  await store.replaceStatus('Repository', { ...repository, status: { locks: [{ ...lock, holder: 'Foreign' }] } });
  const shown = await stash.run(['unlock', 'local-repo', '--dry-run']);
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, /abcdef01 +Foreign +elsewhere +7 +shared/);
  assert.match(shown.stdout, /would leave all locks/);
});

test('logs print all hosts in the order of time, and -f goes on until the session has ended', async () => {
  const session = (await store.list('BackupSession')).find((one) => one.status?.phase === 'Running');
  assert.ok(session);
  const name = session.metadata.name;
  const directory = join(stash.dataDir, 'logs', 'default', 'BackupSession', name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'host-0.log'), '2026-11-22T10:00:00.000Z read one\n2026-11-22T10:00:02.000Z read three\n');
  await writeFile(join(directory, 'host-1.log'), '2026-11-22T10:00:01.000Z read two\n');
  const all = await stash.run(['logs', name]);
  assert.deepEqual(all.stdout.match(/one|two|three/g), ['one', 'two', 'three']);
  assert.match(all.stdout, /^\[host-1\] 2026/m);
  assert.equal((await stash.run(['logs', name, '--host', 'host-1'])).stdout, '2026-11-22T10:00:01.000Z read two\n');

  const stopped = stash.start(['logs', name, '-f']);
  const said = text(stopped.stderr);
  await once(stopped.stdout, 'readable');
  stopped.kill('SIGINT');
  stopped.stdout.resume();
  assert.equal((await once(stopped, 'close'))[0], 130);
  assert.match(await said, /^stopped following BackupSession \S+\. It goes on; look at it with "stash describe \S+"\.\n$/);

  const child = stash.start(['logs', name, '-f', '--host', 'host-0']);
  const stdout = text(child.stdout);
  await once(child.stdout, 'readable');
  await writeFile(join(directory, 'host-0.log'), '2026-11-22T10:00:03.000Z read four\n', { flag: 'a' });
  await setStatus(session, { phase: 'Succeeded' });
  await once(child, 'close');
  assert.match(await stdout, /one\n.*three\n.*four\n$/);
});

test('get --watch prints the table, then only what changed', async () => {
  const child = stash.start(['get', 'repo', '--watch']);
  const stderr = text(child.stderr);
  const chunks: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  await once(child.stdout, 'data');
  const repository = await theRepository();
  await store.replaceStatus('Repository', { ...repository, status: { phase: 'Ready', totalSize: '2.567 KiB' } });
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  assert.equal((await once(child, 'close'))[0], 130);
  assert.match(await stderr, /^stopped watching\. .*\n$/);
  const lines = chunks.join('').trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? '', /^NAME +PHASE/);
  assert.match(lines[2] ?? '', /^local-repo +Ready +<none> +2\.567 KiB/);
});

test('an object whose clean-up takes the operator is waited for', async () => {
  const repository = await theRepository();
  const held = await store.replace('Repository', {
    ...repository,
    metadata: { ...repository.metadata, finalizers: ['stash.appscode.com'] },
  });
  const waiting = stash.run(['delete', 'repo', 'local-repo']);
  const doomed = await until(async () => {
    const now = await store.get('Repository', { namespace: 'default', name: 'local-repo' });
    return now?.metadata.deletionTimestamp === undefined ? undefined : now;
  });
  await store.replace('Repository', { ...doomed, metadata: { ...doomed.metadata, finalizers: [] } });
  assert.equal((await waiting).code, 0);
  assert.notEqual(held.metadata.resourceVersion, repository.metadata.resourceVersion);
});

const STORED: NonNullable<BackupSessionStatus['targets']> = [
  {
    ref: { kind: 'Host', name: 'docs' },
    phase: 'Succeeded',
    stats: [
      {
        hostname: 'host-0',
        phase: 'Succeeded',
        duration: '3s',
        steps: [{ name: 'upload', phase: 'Succeeded', duration: '2s' }],
        repositories: [{ name: 'local-repo', namespace: 'default', phase: 'Stored', snapshots: ['1a2b3c4d5e6f'] }],
        snapshots: [
          { snapshotID: '1a2b3c4d5e6f', repository: 'default/local-repo', path: '/etc', totalSize: '2.567 KiB', uploaded: '1.000 KiB' },
        ],
      },
    ],
  },
];

const seen = new Set<string>();

/** The session that the command under test has made. */
async function nextSession(): Promise<BackupSession> {
  return until(async () => {
    const fresh = (await store.list('BackupSession')).find((session) => !seen.has(session.metadata.name));
    if (fresh !== undefined) seen.add(fresh.metadata.name);
    return fresh;
  });
}

async function setStatus({ metadata }: BackupSession, status: BackupSessionStatus): Promise<void> {
  const session = await store.get('BackupSession', { namespace: 'default', name: metadata.name });
  assert.ok(session);
  await store.replaceStatus('BackupSession', { ...session, status });
}

async function nextRequest(): Promise<{ repository: Repository; request: RepositoryRequest }> {
  return until(async () => {
    const repository = await theRepository();
    const request = JSON.parse(repository.metadata.annotations?.[ANNOTATIONS.request] ?? '{}') as RepositoryRequest;
    if (request.id === undefined || seen.has(request.id)) return undefined;
    seen.add(request.id);
    return { repository, request };
  });
}

async function theRepository(): Promise<Repository> {
  const repository = await store.get('Repository', { namespace: 'default', name: 'local-repo' });
  assert.ok(repository);
  return repository;
}

/** Looks again with every change of the store until there is something. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const stop = new AbortController();
  try {
    for await (const _event of store.watch(['BackupSession', 'Repository'], { signal: stop.signal })) {
      const found = await look();
      if (found !== undefined) return found;
    }
  } finally {
    stop.abort();
  }
  throw new Error('the store was closed');
}
