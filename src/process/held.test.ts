import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isCode } from '../errors/error.ts';
import { held } from './held.ts';
import { processIdentity } from './identity.ts';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'stash-held-'));
after(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;
const env = { PATH: '/usr/bin:/bin' };

test('a program whose starter is killed before it was let go ends, and has done nothing', async () => {
  const touched = join(folder, 'touched');
  const starter = `
    import { run } from ${JSON.stringify(new URL('run.ts', import.meta.url).href)};
    const onStart = ({ pid }) => { console.log(pid); return new Promise(() => setInterval(() => undefined, 1000)); };
    await run({ command: 'touch', args: [${JSON.stringify(touched)}], env: { PATH: '/usr/bin:/bin' }, signal: new AbortController().signal, onStart });`;
  const node = spawn(process.execPath, ['--input-type=module', '--eval', starter], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(node.stdout), 'line')) as [string];
  const pid = Number(line);
  assert.ok(processIdentity(pid), 'it waits');
  node.kill('SIGKILL');
  await once(node, 'exit');
  while (processIdentity(pid) !== undefined) await delay(5);
  assert.equal(existsSync(touched), false);
});

test('the program gets its arguments, its input and its environment as they are, and no stream more', async () => {
  const args = ['-c', 'printf "%s|" "$@"; cat; ls -l /proc/self/fd | grep -c socket', 'sh', 'a b', '$HOME', '"', ''];
  const result = await run({ command: 'sh', args, env: { ...env, HOME: '/x' }, input: 'said ', signal: never, onStart: () => undefined });
  assert.match(result.stdoutTail, /^a b\|\$HOME\|"\|\|said \d/);
  const before = await run({ command: 'sh', args, env: { ...env, HOME: '/x' }, input: 'said ', signal: never });
  assert.equal(result.stdoutTail, before.stdoutTail);
});

test('it is the process that was told of, and its exit code is its own', async () => {
  let told = 0;
  const onStart = ({ pid }: { pid: number }) => {
    told = pid;
  };
  const result = await run({ command: 'sh', args: ['-c', 'echo $$; exit 7'], env, signal: never, onStart });
  assert.deepEqual([result.exitCode, Number(result.stdoutTail)], [7, told]);
});

test('what cannot be started is told as without holding it', async () => {
  const file = join(folder, 'no-program');
  writeFileSync(file, '');
  chmodSync(file, 0o644);
  const start = (command: string) => run({ command, args: [], env, signal: never, onStart: () => undefined });
  await assert.rejects(start('/nope/x'), (error) => isCode(error, 'ToolMissing') && /\/nope\/x/.test(error.message));
  await assert.rejects(start('no-such-program'), (error) => isCode(error, 'ToolMissing'));
  for (const command of [file, folder]) await assert.rejects(start(command), (error) => isCode(error, 'CommandFailed'));
});

test('the first process of a container stops its programs instead: they die with it, and there may be no shell', async () => {
  const { command, args, stdio, hold, letGo } = held({ command: 'sleep', args: ['60'], env }, true);
  assert.deepEqual([command, args, stdio], ['sleep', ['60'], []]);
  const child = spawn(command, [...args], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const state = () => /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  hold(pid);
  while (state() !== 'T') await delay(1);
  letGo(child);
  while (state() === 'T') await delay(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  hold(pid);
});
