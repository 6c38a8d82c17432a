import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { endProcesses, processesOf } from './left-behind.ts';

test('what was started with the folder in its environment or arguments is found and ended, and nothing else', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stash-left-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const start = (args: string[], env: Record<string, string>) =>
    spawn('sleep', args, { env: { PATH: process.env.PATH, ...env }, detached: true, stdio: 'ignore' });
  const byEnvironment = start(['60'], { TMPDIR: folder });
  const byArguments = spawn('tail', ['-f', '/dev/null', folder], { detached: true, stdio: 'ignore' });
  const stranger = start(['60'], {});
  const gone = [once(byEnvironment, 'exit'), once(byArguments, 'exit')];
  await Promise.all([byEnvironment, byArguments, stranger].map((child) => once(child, 'spawn')));
  const ended = endProcesses(processesOf(folder)).map(({ pid }) => pid);
  await Promise.all(gone);
  assert.deepEqual(ended.sort(), [byEnvironment.pid, byArguments.pid].sort());
  assert.equal(stranger.exitCode ?? stranger.signalCode, null);
  stranger.kill();
});
