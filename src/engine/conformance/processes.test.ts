import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { processAlive } from '../../process/identity.ts';
import { startLocal } from '../emulators/local.ts';
import type { EngineProcess, RunControl } from '../engine.ts';
import { type Bench, openBench } from './bench.ts';
import { backupOf, rejectsWith } from './suite.ts';

const opened = await openBench(startLocal);
if ('missing' in opened) test('restic and its processes', { skip: opened.missing }, () => undefined);
else processTests(opened);

function processTests(bench: Bench): void {
  const { engine, control } = bench;
  const access = bench.access();
  // A backup that holds its lock until the file is there.
  const release = join(bench.folder, 'release');
  const waiting = backupOf([], {
    source: {
      type: 'command',
      command: ['sh', '-c', `while [ ! -e ${release} ]; do sleep 0.05; done; echo over`],
      fileName: '/f',
      env: {},
    },
  });

  before(() => engine.init(access, control()));
  after(() => bench.close());

  /** A name with more to it is one that is being written. */
  const hasLock = () => readdirSync(join(access.url, 'locks')).some((name) => /^[0-9a-f]{64}$/.test(name));

  /** Starts the waiting backup; resolves once its lock is in the repository. */
  async function startWaiting(more: Partial<RunControl> = {}) {
    const seen: { process?: EngineProcess; clean?: boolean } = {};
    const running = engine.backup(
      access,
      waiting,
      control({
        onProcess: (process) => {
          seen.process = process;
        },
        onProcessEnd: (_, clean) => {
          seen.clean = clean;
        },
        ...more,
      }),
    );
    running.catch(() => undefined);
    while (!hasLock()) await new Promise((resolve) => setTimeout(resolve, 20));
    return { running, seen };
  }

  test('the lock of a running backup names its process, and keeps maintenance out until it ends', async () => {
    const { running, seen } = await startWaiting();
    const [lock] = await engine.locks(access, control());
    assert.deepEqual([lock?.pid, lock?.hostname, lock?.exclusive], [seen.process?.pid, hostname(), false]);
    await assert.rejects(engine.prune(access, {}, control()), rejectsWith('RepositoryLocked', /already locked by PID/));
    await assert.rejects(engine.check(access, {}, control()), rejectsWith('RepositoryLocked'));
    writeFileSync(release, '');
    assert.equal((await running).filesNew, 1);
    assert.equal(seen.clean, true);
    assert.deepEqual(await engine.locks(access, control()), []);
  });

  test('a killed restic leaves its lock, is not called clean, and removing all locks frees the repository', async () => {
    rmSync(release);
    const { running, seen } = await startWaiting();
    process.kill(seen.process?.pid ?? 0, 'SIGKILL');
    await assert.rejects(running, rejectsWith('CommandFailed', /SIGKILL/));
    assert.equal(seen.clean, false);
    assert.equal((await engine.locks(access, control())).length, 1);
    await engine.removeAllLocks(access, control());
    await engine.prune(access, {}, control());
  });

  test("a lock that was cut off while it was written is seen as nobody's, holds maintenance up and can be removed", async () => {
    writeFileSync(join(access.url, 'locks', 'ab'.repeat(32)), 'half a lock');
    const [lock] = await engine.locks(access, control());
    assert.deepEqual([lock?.id, lock?.hostname, lock?.pid], ['ab'.repeat(32), '', 0]);
    await assert.rejects(engine.prune(access, {}, control()), rejectsWith('RepositoryLocked'));
    await engine.removeAllLocks(access, control());
    assert.deepEqual(await engine.locks(access, control()), []);
  });

  test('a deadline and a cancel both stop the process, and its lock goes with it', async () => {
    const late = await startWaiting({ timeoutMs: 2_500 });
    await assert.rejects(late.running, rejectsWith('TimedOut', /2\.5 s/));
    const controller = new AbortController();
    const canceled = await startWaiting({ signal: controller.signal });
    controller.abort();
    await assert.rejects(canceled.running, rejectsWith('Canceled'));
    for (const { seen } of [late, canceled]) {
      assert.ok(seen.process && !processAlive(seen.process));
      assert.equal(seen.clean, true);
    }
    assert.deepEqual(await engine.locks(access, control()), []);
  });

  test('no secret is in the command line, in a log line or left in a file', async () => {
    const lines: string[] = [];
    let commandLine = '';
    const secret = {
      ...bench.access({ RESTIC_PASSWORD: 'wrong-but-secret' }),
      files: { UNUSED: 'not read by restic, but written for it' },
    };
    await assert.rejects(
      engine.open(
        secret,
        control({
          onLog: (line) => lines.push(line),
          onProcess: ({ pid }) => {
            commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          },
        }),
      ),
      rejectsWith('WrongPassword'),
    );
    assert.match(commandLine, /cat\0config/);
    assert.doesNotMatch(commandLine + lines.join(), /wrong-but-secret|not read/);
    assert.deepEqual(readdirSync(join(bench.folder, 'tmp')), []);
  });

  test('progress is told while a backup runs', async () => {
    const folder = join(bench.folder, 'much');
    mkdirSync(folder);
    for (let index = 0; index < 300; index++) writeFileSync(join(folder, `${index}`), `${index}`);
    const seen: number[] = [];
    await engine.backup(access, backupOf([folder]), control({ onProgress: ({ done }) => seen.push(done) }));
    assert.ok(seen.every((done) => done >= 0 && done <= 1));
  });
}
