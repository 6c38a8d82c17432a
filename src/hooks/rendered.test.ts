import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookHandler } from '../api/hooks.ts';
import { isCode } from '../errors/error.ts';
import { checkHook } from './rendered.ts';

test('a hook that can never work is refused when it is written', () => {
  for (const [hook, named] of [
    [{}, /has 0 of exec/],
    [{ exec: { command: ['true'] }, tcpSocket: { port: 1 } }, /has 2 of exec/],
    [{ exec: {} }, /exec without a command/],
    [{ exec: { command: ['echo', '{{ .Status.Oops }}'] } }, /field "Oops"/],
    [{ httpPost: { port: 80, body: '{{ if eq .Status.Phase "Failed" }}{{ .Oops }}{{ end }}' } }, /field "Oops"/],
    [{ httpPost: { port: 80, body: '{{ if eq .Status.Phase "Succeeded" }}{{ .Oops }}{{ end }}' } }, /field "Oops"/],
    [{ httpGet: { port: 'http' } }, /httpGet\.port "http".*give its number/],
    [{ tcpSocket: { port: 0 } }, /tcpSocket\.port "0".*1 to 65535/],
    [{ tcpSocket: { port: 65_536 } }, /1 to 65535/],
  ] as [HookHandler, RegExp][]) {
    assert.throws(
      () => checkHook(hook),
      (error) => isCode(error, 'Invalid') && named.test(error.message),
      JSON.stringify(hook),
    );
  }
});

test("hooks as Stash's users write them are accepted", () => {
  for (const hook of [
    { exec: { command: ['/bin/sh', '-c', 'mysql -e "SET GLOBAL super_read_only = ON;"'] }, containerName: 'mysql' },
    {
      httpGet: {
        host: 'my-host.demo.svc',
        port: 8080,
        path: '/',
        scheme: 'HTTP',
        httpHeaders: [{ name: 'User-Agent', value: 'stash/0.9.x' }],
      },
    },
    { httpPost: { host: 'my-service.demo.svc', port: '8080', path: '/demo', form: [{ key: 'name', values: ['john doe'] }] } },
    { tcpSocket: { host: 'my-host.demo.svc', port: 8080 } },
  ] as HookHandler[]) {
    assert.doesNotThrow(() => checkHook(hook));
  }
});
