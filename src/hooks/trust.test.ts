import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mustVerify } from './trust.ts';

test('servers on the internet must prove who they are, servers nearby need not', () => {
  for (const host of ['hooks.slack.com', 'example.org', 'example.org.', 'svc.example.org', 'HOOKS.EXAMPLE.ORG'])
    assert.equal(mustVerify(host), true, host);
  for (const host of [
    '127.0.0.1',
    '::1',
    '10.0.0.7',
    'localhost',
    'notify',
    'notify.demo.svc',
    'notify.demo.svc.cluster.local',
    'printer.local',
  ]) {
    assert.equal(mustVerify(host), false, host);
  }
});
