import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenAddress } from './listen-address.ts';

test('an address to listen at has a port, and is of this machine alone unless it says otherwise', () => {
  const read = (text: string) => Object.values(listenAddress('--metrics-address', text));
  for (const [text, host, port] of [
    ['9090', '127.0.0.1', 9090],
    ['0', '127.0.0.1', 0],
    ['0.0.0.0:9090', '0.0.0.0', 9090],
    ['localhost:80', 'localhost', 80],
    ['[::1]:9090', '::1', 9090],
  ] as const) {
    assert.deepEqual(read(text), [host, port], text);
  }
  for (const text of ['', ':9090', 'localhost', '::1:9090', '127.0.0.1:', '1.2.3.4:70000', 'a b:1', 'http://a:1']) {
    assert.throws(() => read(text), /--metrics-address ".*" is no address to listen at/, text);
  }
});
