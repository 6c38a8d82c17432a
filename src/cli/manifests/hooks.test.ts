import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../../api/object.ts';
import { hookWarnings } from './hooks.ts';

const object = (spec: Record<string, unknown>): AnyObject =>
  ({ apiVersion: 'v', kind: 'BackupBatch', metadata: { name: 'x' }, spec }) as AnyObject;

test('hooks that work, and objects without hooks, give no warning', () => {
  const works = { preBackup: { exec: { command: ['echo', '{{ .Status.Error | toJson }}'] } }, postBackup: { tcpSocket: { port: 80 } } };
  assert.deepEqual(hookWarnings(object({ hooks: works })), []);
  assert.deepEqual(hookWarnings(object({})), []);
});

test('a hook that can never work is named with its place', () => {
  const wrong = { postBackup: { httpPost: { port: 80, body: '{{ range .Targets }}' } } };
  const [first, second] = hookWarnings(object({ hooks: wrong, members: [{}, { hooks: { preBackup: { httpGet: { port: 'http' } } } }] }));
  assert.match(first ?? '', /^spec\.hooks\.postBackup will fail .*"range" is not supported/);
  assert.match(second ?? '', /^spec\.members\[1\]\.hooks\.preBackup will fail .*port "http"/);
});
