import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { endProcessGroup, parseStat, processAlive, processIdentity } from './identity.ts';

test('the start time is found behind a program name with spaces and parentheses', () => {
  const rest = 'S 1 42 42 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 11 0 987654 1000 200';
  for (const name of ['sh', 'tmux: server', 'a) R 1 (b', '((sd-pam))']) {
    assert.deepEqual(parseStat(`42 (${name}) ${rest}`), { state: 'S', group: 42, startTicks: '987654' });
  }
  assert.equal(parseStat(''), undefined);
});

test('this process is alive, and its number with another start time is somebody else', () => {
  const identity = processIdentity(process.pid);
  assert.ok(identity);
  assert.equal(processAlive(identity), true);
  assert.equal(processAlive({ ...identity, startTicks: '1' }), false);
});

test('ending a group ends its children too, even those that ignore SIGTERM', async () => {
  const child = spawn('sh', ['-c', 'trap "" TERM; sh -c "trap \\"\\" TERM; echo up; sleep 60" & wait; sleep 60'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const identity = processIdentity(child.pid ?? 0);
  assert.ok(identity);
  const gone = once(child, 'close');
  await endProcessGroup(identity, 20);
  assert.equal(processAlive(identity), false);
  await gone;
});

test('a group is left alone when its leader is not the process that was meant', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const identity = processIdentity(child.pid ?? 0);
  assert.ok(identity);
  await endProcessGroup({ ...identity, startTicks: '1' }, 0);
  assert.equal(processAlive(identity), true);
  const gone = once(child, 'exit');
  await endProcessGroup(identity);
  await gone;
});
