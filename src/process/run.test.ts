import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isCode } from '../errors/error.ts';
import { type ProcessIdentity, processAlive, processIdentity } from './identity.ts';
import { type RunRequest, run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'stash-run-'));
after(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;

function sh(script: string, more: Partial<RunRequest> = {}): Promise<Awaited<ReturnType<typeof run>>> {
  return run({ command: '/bin/sh', args: ['-c', script], env: { PATH: '/usr/bin:/bin' }, signal: never, ...more });
}

test('exit code, both streams and line callbacks are delivered', async () => {
  const lines: string[] = [];
  const result = await sh('echo one; echo two >&2; printf three; exit 7', {
    onStdout: (line) => lines.push(`out ${line}`),
    onStderr: (line) => lines.push(`err ${line}`),
  });
  assert.deepEqual(result, {
    exitCode: 7,
    signal: null,
    stdoutTail: 'one\nthree',
    stderrTail: 'two\n',
    stdoutCut: false,
    timedOut: false,
    canceled: false,
  });
  assert.deepEqual(lines.toSorted(), ['err two', 'out one', 'out three']);
});

test('the environment is exactly what was given, and standard input is empty or the text given', async () => {
  assert.equal(
    (await sh('env | sort | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; cat', { env: { PATH: '/bin', A: 'b c' } })).stdoutTail,
    'A=b c\nPATH=/bin\n',
  );
  const input = 'ü'.repeat(300_000);
  assert.equal((await sh('wc -c', { input })).stdoutTail.trim(), '600000');
  assert.equal((await sh('exit 3', { input })).exitCode, 3, 'a child that does not read its input is judged by its exit code');
});

test('output beyond the tail is drained and only its end is kept', async () => {
  const result = await sh('head -c 5000000 /dev/zero | tr "\\0" x; echo end', { stdoutTailBytes: 6 });
  assert.deepEqual([result.stdoutTail, result.stdoutCut, result.exitCode], ['xxend\n', true, 0]);
});

test('a timeout ends the whole group, first politely, then by force', async () => {
  const polite = await sh('trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.01; done', { timeoutMs: 150 });
  assert.deepEqual([polite.timedOut, polite.exitCode, polite.stdoutTail], [true, 5, 'up\nbye\n']);
  let child = 0;
  const deaf = await sh('trap "" TERM; sh -c "sleep 60; :" & echo $!; wait; sleep 60', {
    timeoutMs: 150,
    graceMs: 50,
    onStdout: (line) => {
      child = Number(line);
    },
  });
  assert.deepEqual([deaf.timedOut, deaf.canceled, deaf.signal], [true, false, 'SIGKILL']);
  assert.ok(child > 0);
  assert.equal(processIdentity(child), undefined, 'the grandchild is gone as well');
});

test('an abort ends the child and is told apart from a timeout; one from before starts nothing', async () => {
  const controller = new AbortController();
  const result = await sh('echo up; sleep 60', { signal: controller.signal, timeoutMs: 60_000, onStdout: () => controller.abort() });
  assert.deepEqual([result.canceled, result.timedOut, result.signal], [true, false, 'SIGTERM']);
  assert.equal((await sh('echo up', { signal: controller.signal })).stdoutTail, '');
});

test('a child that blocks SIGTERM is ended by the signal that it minds', async () => {
  const controller = new AbortController();
  const script = "trap '' TERM; echo up; exec sleep 60";
  const result = await sh(script, { signal: controller.signal, stopSignal: 'SIGINT', onStdout: () => controller.abort() });
  assert.equal(result.signal, 'SIGINT');
});

test('a very long timeout does not fire at once', async () => {
  assert.equal((await sh('sleep 0.05', { timeoutMs: 1e12 })).timedOut, false);
});

test('what the child left running in its group is ended, unless it is to stay', async () => {
  const ended = await sh('sleep 60 & echo $!');
  assert.equal(processIdentity(Number(ended.stdoutTail)), undefined);
  const left = await sh('sleep 60 >/dev/null 2>&1 & echo $!', { leftBehind: 'leave' });
  const pid = Number(left.stdoutTail);
  assert.ok(processIdentity(pid));
  process.kill(pid, 'SIGKILL');
});

test('a descendant that left the group and keeps the output open does not hold the run up', async () => {
  const file = join(folder, 'descendant');
  // It says so itself once it is out of the group; before that it would be ended with it.
  const result = await sh(`setsid sh -c 'echo $$ > ${file}; exec sleep 60' & while [ ! -s ${file} ]; do sleep 0.01; done`);
  assert.equal(result.exitCode, 0);
  process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
});

test('the child is held still until onStart is done', async () => {
  const file = join(folder, 'touched');
  let identity: ProcessIdentity | undefined;
  const result = await sh(`echo now > ${file}`, {
    onStart: async (process) => {
      identity = process;
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(existsSync(file), false);
    },
  });
  assert.equal(result.exitCode, 0);
  assert.equal(existsSync(file), true);
  assert.ok(identity && !processAlive(identity));
});

test('when onStart fails the child is killed and the failure passed on', async () => {
  const file = join(folder, 'never');
  await assert.rejects(sh(`echo now > ${file}`, { onStart: () => Promise.reject(new Error('disk full')) }), /disk full/);
  assert.equal(existsSync(file), false);
});

test('a program that is not there is ToolMissing', async () => {
  await assert.rejects(
    run({ command: '/nope/x', args: [], env: {}, signal: never }),
    (error) => isCode(error, 'ToolMissing') && /\/nope\/x/.test(error.message),
  );
  await assert.rejects(run({ command: folder, args: [], env: {}, signal: never }), (error) => isCode(error, 'CommandFailed'));
});
